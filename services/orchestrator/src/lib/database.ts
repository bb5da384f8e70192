/**
 * The connection to PostgreSQL. Row types are generated from the migrated schema (`npm run generate`), never written
 * by hand. bigint columns arrive as numbers: ids and byte counts here stay far below 2^53, and a value that does not
 * fit throws instead of losing digits.
 */
import { Kysely, PostgresDialect, sql, type RawBuilder, type Transaction as KyselyTransaction } from 'kysely'
import pg from 'pg'
import type { DB, JsonValue } from './database-types.ts'

export type Database = Kysely<DB>
export type Transaction = KyselyTransaction<DB>

export interface OpenDatabase {
  db: Database
  pool: pg.Pool
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** Default 10. */
  maxConnections?: number
  /** Told of connections that broke; the pool replaces them by itself. */
  onBroken?: (error: Error) => void
}

const connectTimeoutMs = 5_000
/** A new connection has everything to learn anew: its first queries take 20 ms longer. */
const idleTimeoutMs = 10 * 60_000
/**
 * Between two statements of a transaction nothing is waited for but the database. A server that hangs there would keep
 * its rows locked for every other one; the database rolls back instead.
 */
const hungTransactionMs = 10_000

/** @param url A `postgres://` URL. Nothing is connected until the first query. */
export function openDatabase(url: string, options: DatabaseOptions = {}): OpenDatabase {
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, parseInt8)
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    idle_in_transaction_session_timeout: hungTransactionMs,
    keepAlive: true,
    application_name: 'craftastic',
    types,
  })
  let isClosing = false
  const tellBroken = (error: Error) => {
    // Connections that are being given up may be cut by a database that ends with them.
    if (!isClosing) options.onBroken?.(error)
  }
  pool.on('error', tellBroken)
  // One that breaks while it is borrowed but runs no query has nobody else to tell, and would end the process.
  pool.on('connect', (client) => client.on('error', tellBroken))
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    close: async () => {
      isClosing = true
      await db.destroy()
      // Kysely ends the pool only when it has run a query itself.
      if (!pool.ended) await pool.end()
    },
  }
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`The bigint ${text} does not fit a JavaScript number`)
  return value
}

/** A value for a jsonb column. Without this, node-postgres would send a JavaScript array as a PostgreSQL array. */
export function jsonb<T extends JsonValue>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`
}

/** What time it is for the database: servers may disagree. */
export async function readDatabaseClock(db: Kysely<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
  return rows[0]?.now ?? new Date()
}

/** Error classes of PostgreSQL and of the socket that mean "not reachable now", as opposed to a wrong query. */
const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: still starting
  '53300', // too_many_connections
  '25P03', // idle_in_transaction_session_timeout: this process hung
  '08006', // connection_failure
  '08001',
  '08003',
])

/** Messages of node-postgres itself, which carry no code. */
const unavailableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** Whether a query failed because the database cannot be reached, so that trying later can help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && unavailableCodes.has(error.code)) return true
  return unavailableMessages.test(error.message)
}

/** Whether `error` is a violation of the named unique constraint. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === constraint
}
