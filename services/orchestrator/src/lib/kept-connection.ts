/**
 * One connection to the database that is kept for what belongs to a connection: notifications, session locks. When it
 * breaks it is opened and prepared again; what is asked meanwhile fails. Ordinary queries belong to the pool.
 */
import pg from 'pg'
import type { Log } from './log.ts'

const reconnectDelayMs = 500

export interface KeptConnection {
  /** Resolves once it is connected and prepared. */
  open(): Promise<void>
  /** A connection takes one query at a time: they run in the order in which they were asked. */
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export interface KeptConnectionOptions {
  databaseUrl: string
  /** Shown by the database, such as `craftastic events`. */
  name: string
  /** Makes each new connection ready, before anything else uses it. */
  prepare: (client: pg.Client) => Promise<void>
  log: Log
}

export function createKeptConnection({ databaseUrl, name, prepare, log }: KeptConnectionOptions): KeptConnection {
  let client: pg.Client | null = null
  let isClosed = false
  let turn: Promise<unknown> = Promise.resolve()

  const connect = async () => {
    const next = new pg.Client({ connectionString: databaseUrl, application_name: name, keepAlive: true })
    const ended = new AbortController()
    // An error of the connection is followed by its end.
    next.on('error', () => {})
    next.once('end', () => {
      ended.abort()
      if (client === next && !isClosed) void reconnect()
    })
    try {
      await next.connect()
      await prepare(next)
      if (isClosed) throw new Error('the connection is no longer wanted')
      ended.signal.throwIfAborted()
    } catch (error) {
      await next.end().catch(() => {})
      throw error
    }
    client = next
  }

  const reconnect = async () => {
    log.warn({ connection: name }, 'a connection that is kept was lost; opening it again')
    client = null
    let isOpen = false
    while (!isClosed && !isOpen) {
      await new Promise((resolve) => setTimeout(resolve, reconnectDelayMs))
      try {
        await connect()
        isOpen = true
      } catch (error) {
        log.debug({ err: error, connection: name }, 'it does not open yet')
      }
    }
  }

  return {
    open: connect,
    query: <Row extends pg.QueryResultRow>(text: string, values: unknown[]) => {
      const result = turn.then(async () => {
        if (client === null) throw new Error(`the connection "${name}" is being opened again`)
        return (await client.query<Row>(text, values)).rows
      })
      turn = result.catch(() => {})
      return result
    },
    close: async () => {
      isClosed = true
      await client?.end()
    },
  }
}
