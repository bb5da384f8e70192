/**
 * One connection to the database that is kept for what belongs to a connection: notifications, session locks. When it
 * breaks it is opened and prepared again; what is asked meanwhile fails. Ordinary queries belong to the pool.
 */
import pg from 'pg'
import type { Log } from './log.ts'

const reconnectDelayMs = 500
/** A connection whose other end vanished without a word would look well for hours. */
const defaultProbeMs = 15_000

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
  /** It is asked this often whether it lives, and given up when it has not answered until the next time. */
  probeMs?: number
  /** Makes each new connection ready, before anything else uses it. */
  prepare: (client: pg.Client) => Promise<void>
  log: Log
}

export function createKeptConnection({
  databaseUrl,
  name,
  probeMs = defaultProbeMs,
  prepare,
  log,
}: KeptConnectionOptions): KeptConnection {
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
    probe(next, ended.signal)
  }

  const probe = (probed: pg.Client, ended: AbortSignal) => {
    let isAnswered = true
    const timer = setInterval(() => {
      // With a question that is not answered it breaks the connection, and waits for nobody.
      if (!isAnswered) return void probed.end().catch(() => {})
      isAnswered = false
      const answered = () => {
        isAnswered = true
      }
      probed.query('select 1').then(answered, () => {})
    }, probeMs)
    timer.unref()
    ended.addEventListener('abort', () => clearInterval(timer), { once: true })
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
