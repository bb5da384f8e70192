/**
 * The PostgreSQL that comes with the product, for installations without a DATABASE_URL. It outlives a server that was
 * killed and is adopted by the next one; a postmaster that dies while the server lives is started again on its port.
 *
 * Every process that uses it holds a shared advisory lock on one idle connection, the keeper. That connection tells when
 * the postmaster is gone, and `stop` ends the database only when nobody else holds the lock: a migration run beside a
 * server never stops the server's database.
 */
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../lib/log.ts'
import { databaseUser, openCluster, readPostmaster, type Cluster } from './postgres-cluster.ts'
import { boundLog, startPostmaster, stopPostmaster } from './postgres-postmaster.ts'

export interface EmbeddedPostgres {
  /** Valid until `stop`, also across a restart of the postmaster. */
  url: string
  /** Ends the database, unless another process uses it. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  dataDir: string
  log: Log
  /** Additional server settings, such as `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>
}

const databaseName = 'craftastic'
/** The keeper lives in this database, because advisory locks belong to one. */
const keeperDatabase = 'postgres'
const keeperLock = 7_238_114
const creationLock = 7_238_115
const startTimeoutMs = 60_000
const connectTimeoutMs = 5_000
const logCheckIntervalMs = 60_000
const recoveryPauseMs = 500
const maxStartFailures = 3

/**
 * Starts the embedded PostgreSQL of a data directory, or adopts the one that runs.
 * @throws Error in words, with the end of PostgreSQL's log.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options
  const cluster = await openCluster(options.dataDir)
  const stopping = new AbortController()
  let recovering: Promise<void> = Promise.resolve()
  let keeper = await connectKeeper(cluster, settings, null)
  await createDatabase(keeper.client)
  const { port } = keeper
  watch()
  const logCheck = setInterval(() => boundLog(cluster.logPath), logCheckIntervalMs).unref()

  function watch(): void {
    keeper.client.once('end', () => {
      recovering = recover()
    })
  }

  async function recover(): Promise<void> {
    if (isStopping()) return
    log.info('The embedded PostgreSQL is gone; starting it again')
    for (;;) {
      try {
        keeper = await connectKeeper(cluster, settings, port)
        log.info('The embedded PostgreSQL is back')
        watch()
        return
      } catch (error) {
        log.warn({ err: error }, 'The embedded PostgreSQL does not start')
        await sleep(recoveryPauseMs)
      }
      if (isStopping()) return
    }
  }

  function isStopping(): boolean {
    return stopping.signal.aborted
  }

  async function stop(): Promise<void> {
    if (isStopping()) return
    stopping.abort()
    clearInterval(logCheck)
    await recovering
    const alone = await becomeOnlyUser(keeper.client)
    if (alone) await stopPostmaster(cluster)
    await endQuietly(keeper.client)
  }

  return { url: formatUrl(cluster, port, databaseName), stop }
}

const lockTimeoutMs = 1_000
/** SQLSTATE of a lock that was not granted in time. */
const lockNotAvailable = '55P03'

interface Keeper {
  client: pg.Client
  port: number
}

/** Connects to the running postmaster and takes the shared lock; starts one when there is none. */
async function connectKeeper(cluster: Cluster, settings: Record<string, string>, port: number | null): Promise<Keeper> {
  const deadline = Date.now() + startTimeoutMs
  for (let failures = 0; ;) {
    const running = readPostmaster(cluster)
    if (running === null) {
      try {
        await startPostmaster(cluster, port ?? (await findFreePort()), settings)
      } catch (error) {
        // A port that was taken in between, or processes of a killed postmaster that are still ending.
        failures += 1
        if (failures === maxStartFailures) throw error
        await sleep(recoveryPauseMs)
      }
    }
    if (running?.status === 'ready') {
      const client = await tryKeeper(cluster, running.port)
      if (client !== null) return { client, port: running.port }
    }
    if (Date.now() > deadline) {
      throw new Error(
        `The embedded PostgreSQL did not become ready within ${startTimeoutMs / 1000} s; see ${cluster.logPath}`,
      )
    }
    await sleep(25)
  }
}

/** null = the postmaster is about to end. */
async function tryKeeper(cluster: Cluster, port: number): Promise<pg.Client | null> {
  const client = new pg.Client({
    connectionString: formatUrl(cluster, port, keeperDatabase),
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'craftastic keeper',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_lock_shared(${keeperLock}) as taken`,
    )
    if (rows[0]?.taken === true) return client
  } catch (error) {
    await endQuietly(client)
    if (error instanceof pg.DatabaseError && error.code === '28P01') {
      throw new Error(
        `The password in the data directory is not that of the database in "${cluster.path}". Restore it from a backup.`,
        { cause: error },
      )
    }
    return null
  }
  await endQuietly(client)
  return null
}

/**
 * Turns the shared lock into the exclusive one. A process that was just killed still holds its lock for a moment.
 * Without an answer nobody can be using the database either.
 */
async function becomeOnlyUser(client: pg.Client): Promise<boolean> {
  try {
    await client.query(`select pg_advisory_unlock_shared(${keeperLock})`)
    await client.query(`set lock_timeout = ${lockTimeoutMs}`)
    await client.query(`select pg_advisory_lock(${keeperLock})`)
    return true
  } catch (error) {
    return !(error instanceof pg.DatabaseError && error.code === lockNotAvailable)
  }
}

/** Once, however many processes start at the same time: the lock lets one look and create. */
async function createDatabase(client: pg.Client): Promise<void> {
  await client.query(`select pg_advisory_lock(${creationLock})`)
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName])
  if (rowCount === 0) await client.query(`create database ${databaseName}`)
  await client.query(`select pg_advisory_unlock(${creationLock})`)
}

function formatUrl(cluster: Cluster, port: number, database: string): string {
  return `postgres://${databaseUser}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port was found on 127.0.0.1')
  return address.port
}

async function endQuietly(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined)
}
