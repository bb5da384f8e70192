/** A database given by DATABASE_URL may be starting at the same time as the server: waits for it, then says why not. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isDatabaseUnavailable, type OpenDatabase } from './database.ts'
import type { Log } from './log.ts'

const waitMs = 60_000
const pauseMs = 500

/** The database cannot be used; the message says why, for people, and holds no password. */
class DatabaseStartError extends Error {
  override readonly name = 'DatabaseStartError'
}

/**
 * Resolves with the first answer.
 * @throws DatabaseStartError at once when waiting cannot help, otherwise after a minute.
 */
export async function waitForDatabase(
  { pool }: OpenDatabase,
  url: string,
  log: Log,
  timeoutMs = waitMs,
): Promise<void> {
  const address = describeAddress(url)
  const deadline = Date.now() + timeoutMs
  for (let attempt = 0; ; attempt += 1) {
    try {
      await pool.query('select 1')
      return
    } catch (error) {
      const reason = describeFailure(error)
      if (!isDatabaseUnavailable(error))
        throw new DatabaseStartError(`The database at ${address} refuses: ${reason}`, { cause: error })
      if (Date.now() > deadline) {
        throw new DatabaseStartError(
          `The database at ${address} did not answer for ${timeoutMs / 1000} s: ${reason}. Start it, or correct DATABASE_URL; ` +
            'without DATABASE_URL the server brings its own.',
          { cause: error },
        )
      }
      if (attempt === 0) log.info({ address, reason }, 'waiting for the database')
    }
    await sleep(pauseMs)
  }
}

/** Host, port and database name: what may be shown. */
function describeAddress(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port === '' ? 5432 : port}${pathname}`
}

function describeFailure(error: unknown): string {
  // Node tries every address of a name; the failures of each are inside.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describeFailure))].join(', ')
  if (error instanceof pg.DatabaseError) return error.message
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.message : String(error)
}
