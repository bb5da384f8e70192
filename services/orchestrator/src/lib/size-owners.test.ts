import { expect, test } from 'vitest'
import { createSizeOwners, type Sized } from './size-owners.ts'

function setUp() {
  const owners = createSizeOwners()
  const told: string[] = []
  const viewer = (name: string, sessionId = 's'): Sized => {
    const sized: Sized = {
      sessionId,
      onChange: () => void told.push(`${name} ${owners.owns(sized) ? 'counts' : 'ignored'}`),
    }
    return sized
  }
  return { owners, told, viewer }
}

test('the first owns the size, a later one takes it by typing', () => {
  const { owners, told, viewer } = setUp()
  const [a, b, elsewhere] = [viewer('a'), viewer('b'), viewer('c', 'other')]
  for (const each of [a, b, elsewhere]) owners.add(each)
  expect([a, b, elsewhere].map(owners.owns)).toEqual([true, false, true])
  owners.typed(a)
  expect(told).toEqual([])
  owners.typed(b)
  owners.typed(b)
  expect(told).toEqual(['b counts', 'a ignored'])
})

test('when the owner leaves it is whoever typed before', () => {
  const { owners, told, viewer } = setUp()
  const [a, b, c] = [viewer('a'), viewer('b'), viewer('c')]
  for (const each of [a, b, c]) owners.add(each)
  owners.typed(c)
  told.length = 0
  owners.delete(b)
  expect(told).toEqual([])
  owners.delete(c)
  expect(told).toEqual(['a counts'])
  owners.typed(c)
  expect(owners.owns(a)).toBe(true)
})
