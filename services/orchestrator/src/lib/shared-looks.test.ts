import { expect, test } from 'vitest'
import { createSharedLooks } from './shared-looks.ts'

function useLooks() {
  const lookAt = createSharedLooks<number>()
  const waiting: PromiseWithResolvers<number>[] = []
  const look = () => {
    const pending = Promise.withResolvers<number>()
    waiting.push(pending)
    return pending.promise
  }
  return { ask: (subject: string) => lookAt(subject, look), waiting }
}

test('who asks during a look shares the next one', async () => {
  const { ask, waiting } = useLooks()
  const first = ask('a')
  const [second, third] = [ask('a'), ask('a')]
  expect(waiting).toHaveLength(1)
  waiting[0]?.resolve(1)
  expect(await first).toBe(1)
  await expect.poll(() => waiting.length).toBe(2)
  const fourth = ask('a')
  waiting[1]?.resolve(2)
  expect(await Promise.all([second, third])).toEqual([2, 2])
  await expect.poll(() => waiting.length).toBe(3)
  waiting[2]?.resolve(3)
  expect(await fourth).toBe(3)
})

test('a look that fails spoils no other, and subjects do not wait for each other', async () => {
  const { ask, waiting } = useLooks()
  const [first, second, other] = [ask('a'), ask('a'), ask('b')]
  expect(waiting).toHaveLength(2)
  waiting[0]?.reject(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  await expect.poll(() => waiting.length).toBe(3)
  waiting[2]?.resolve(2)
  waiting[1]?.resolve(3)
  expect(await Promise.all([second, other])).toEqual([2, 3])
  const later = ask('a')
  await expect.poll(() => waiting.length).toBe(4)
  waiting[3]?.resolve(4)
  expect(await later).toBe(4)
})
