/**
 * One PostgreSQL for the run, and in it one database that is migrated once. Each test file works in its own copy
 * (`test-database.ts`), so that files run side by side and never see each other's rows.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { migrateJobQueue } from '../../src/jobs/runner.ts'
import { openDatabase } from '../../src/lib/database.ts'
import { migrateToLatest } from '../../src/lib/migrator.ts'
import { startEmbeddedPostgres } from '../../src/services/embedded-postgres.ts'
import { openCluster } from '../../src/services/postgres-cluster.ts'
import { stopPostmaster } from '../../src/services/postgres-postmaster.ts'
import { isAlive } from '../../src/services/postgres-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the template; a test never connects to it, only to copies. */
    templateUrl: string
  }
}

const prefix = 'craftastic-test-postgres-'
/** Losing the run's data to a power cut costs nothing. */
const fastSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers()
  const dataDir = join(tmpdir(), `${prefix}${process.pid}`)
  mkdirSync(dataDir, { mode: 0o700 })
  const log = pino({ level: 'warn' })
  const embedded = await startEmbeddedPostgres({ dataDir, log, settings: fastSettings })
  const template = openDatabase(embedded.url)
  await migrateToLatest(template.db)
  await migrateJobQueue(template.pool, log)
  await template.close()
  project.provide('templateUrl', embedded.url)
  return async () => {
    await embedded.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Databases of runs that were killed: their directories carry the pid of a process that is gone. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue
    const dataDir = join(tmpdir(), name)
    if (existsSync(join(dataDir, 'postgres/cluster/PG_VERSION'))) await stopPostmaster(await openCluster(dataDir))
    rmSync(dataDir, { recursive: true, force: true })
  }
}
