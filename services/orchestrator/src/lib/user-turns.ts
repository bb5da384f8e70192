/** Work that is heavy for everybody: each person has one at a time, a few more wait, and others are told to come again. */
import { AppError } from './errors.ts'
import { createGitTurns } from './git-turns.ts'

/** More at once is a loop, not a person with many tabs. */
const maxOpen = 8

export function createUserTurns(what: string) {
  const inTurn = createGitTurns()
  const open = new Map<string, number>()

  return async function inUserTurn<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const before = open.get(userId) ?? 0
    if (before >= maxOpen) {
      const detail = `You have asked for ${before} ${what} at once, which is the most allowed. Wait for them first.`
      throw new AppError('rate_limited', detail, { retryAfterSeconds: 2 })
    }
    open.set(userId, before + 1)
    try {
      return await inTurn(userId, work)
    } finally {
      const rest = (open.get(userId) ?? 1) - 1
      if (rest === 0) open.delete(userId)
      else open.set(userId, rest)
    }
  }
}
