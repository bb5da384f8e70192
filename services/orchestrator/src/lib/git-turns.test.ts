import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createGitTurns } from './git-turns.ts'

test('turns of one environment follow each other, a failed one too, and those of another do not wait', async () => {
  const inTurn = createGitTurns()
  const done: string[] = []
  const work = (name: string, delayMs: number) => async () => {
    done.push(`${name} begins`)
    await sleep(delayMs)
    done.push(`${name} ends`)
    return name
  }
  const first = inTurn('a', work('first', 40))
  const failing = inTurn('a', async () => {
    await sleep(5)
    throw new Error('failed')
  })
  const third = inTurn('a', work('third', 1))
  const other = inTurn('b', work('other', 1))
  await expect(failing).rejects.toThrow('failed')
  expect(await Promise.all([first, third, other])).toEqual(['first', 'third', 'other'])
  expect(done).toEqual(['first begins', 'other begins', 'other ends', 'first ends', 'third begins', 'third ends'])
})
