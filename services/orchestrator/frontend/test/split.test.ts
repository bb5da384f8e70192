import { describe, expect, test } from 'vitest'
import { bringToFront, closeSide, focusedId, readBeside, splitPath, type Split } from '@/lib/split'

const known = ['a', 'b', 'c'].map((id) => ({ id }))
const single: Split = { leftId: 'a', rightId: null, side: 'left' }
const both: Split = { leftId: 'a', rightId: 'b', side: 'right' }

describe('the address', () => {
  test.each([
    ['beside=b', 'b'],
    ['beside=a', null],
    ['beside=unknown', null],
    ['', null],
  ])('"%s" beside a: %s', (search, expected) => {
    expect(readBeside(new URLSearchParams(search), 'a', known)).toBe(expected)
  })

  test('is written as it is read', () => {
    expect(splitPath('e', both)).toBe('/environments/e/sessions/a?beside=b')
    expect(splitPath('e', single)).toBe('/environments/e/sessions/a')
  })
})

test('another session takes the place of what is in front; one on show only comes to the front', () => {
  expect(bringToFront(both, 'c')).toEqual({ leftId: 'a', rightId: 'c', side: 'right' })
  expect(bringToFront({ ...both, side: 'left' }, 'c')).toEqual({ leftId: 'c', rightId: 'b', side: 'left' })
  expect(bringToFront(both, 'a')).toEqual({ ...both, side: 'left' })
  expect(bringToFront(single, 'c')).toEqual({ ...single, leftId: 'c' })
})

test('what is in front is on the side that has the keys', () => {
  expect([focusedId(both), focusedId({ ...both, side: 'left' }), focusedId({ ...single, side: 'right' })]).toEqual([
    'b',
    'a',
    'a',
  ])
})

test('a closed side leaves the page to the other', () => {
  expect(closeSide(both, 'left')).toEqual({ leftId: 'b', rightId: null, side: 'left' })
  expect(closeSide(both, 'right')).toEqual(single)
})
