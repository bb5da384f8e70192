import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createUserTurns } from './user-turns.ts'

test('one person has one at a time and a few that wait, others do not notice', async () => {
  const inUserTurn = createUserTurns('things')
  let running = 0
  let mostRunning = 0
  const work = async () => {
    running += 1
    mostRunning = Math.max(mostRunning, running)
    await sleep(5)
    running -= 1
  }
  const asked = Array.from({ length: 10 }, () => inUserTurn('a', work))
  await inUserTurn('b', async () => {})
  const settled = await Promise.allSettled(asked)
  expect(mostRunning).toBe(1)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
  const refused = { status: 'rejected', reason: { code: 'rate_limited', retryAfterSeconds: 2 } }
  expect(settled.slice(8)).toMatchObject([refused, refused])

  await expect(inUserTurn('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  await inUserTurn('a', work)
})
