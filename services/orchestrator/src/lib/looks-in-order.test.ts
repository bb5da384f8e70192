import { expect, test } from 'vitest'
import { createLooksInOrder } from './looks-in-order.ts'

/** A promise, and what resolves it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

test('a slow look answers and writes what one that began later has seen', async () => {
  const look = createLooksInOrder<string>()
  const slow = deferred<string>()
  const write = async (latestOf: (itemId: string) => string) => latestOf('session')
  const first = look('environment', () => slow.promise, write)
  expect(await look('environment', async () => 'attached', write)).toBe('attached')
  slow.resolve('not attached')
  expect(await first).toBe('attached')
  expect(await look('environment', async () => 'ended', write)).toBe('ended')
})

test('writings follow each other, and a failed one holds up nobody', async () => {
  const look = createLooksInOrder()
  const order: string[] = []
  const ask = async () => null
  const failing = look('environment', ask, async () => {
    order.push('first begins')
    await Promise.resolve()
    order.push('first fails')
    throw new Error('no database')
  })
  const next = look('environment', ask, async () => order.push('second'))
  await expect(failing).rejects.toThrow('no database')
  await next
  expect(order).toEqual(['first begins', 'first fails', 'second'])
})

test('a later look at some items leaves the others to an earlier one', async () => {
  const look = createLooksInOrder<string>()
  const slow = deferred<string>()
  const written: string[] = []
  const writeOf =
    (...items: string[]) =>
    async (latestOf: (itemId: string) => string) => {
      for (const item of items) written.push(`${item} ${latestOf(item)}`)
    }
  const all = look('environment', () => slow.promise, writeOf('one', 'two'))
  await look('environment', async () => 'late', writeOf('one'))
  slow.resolve('early')
  await all
  expect(written).toEqual(['one late', 'one late', 'two early'])
})
