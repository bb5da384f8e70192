/**
 * The real app on a database of its own. Nothing listens: requests go through `inject`. The container engine is the
 * real one when the environment names it, and is only reached by what asks for it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { buildApp, type App } from '../../src/app.ts'
import { readConfig, type Config } from '../../src/config.ts'
import { buildDomain, type Domain, type DomainOptions } from '../../src/domain.ts'
import { createEventFeed } from '../../src/lib/event-feed.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { readSecrets } from '../../src/lib/secrets.ts'
import { createDockerRuntime } from '../../src/services/docker.ts'
import type { ContainerRuntime } from '../../src/services/runtime.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

export interface TestApp extends App {
  config: Config
  database: TestDatabase
  domain: Domain
  close(): Promise<void>
}

export interface TestAppOptions {
  /** Added to the variables of a test's configuration. */
  env?: Record<string, string>
  log?: Logger
  /** Where the database is reached, when not directly. */
  databasePort?: number
  /** Replaces parts of the domain, such as the readiness checks. */
  domain?: Partial<Domain>
  /** Stands before the real engine, such as to slow it down. */
  wrapRuntime?: (runtime: ContainerRuntime) => ContainerRuntime
  sessionWatch?: DomainOptions['sessionWatch']
  orphanedClients?: DomainOptions['orphanedClients']
  recordings?: DomainOptions['recordings']
  gitWatchMs?: number
  deploymentHaste?: number
  coolifyTiming?: DomainOptions['coolifyTiming']
  /** Seconds after which a slow clone is given up. */
  cloneStallSeconds?: number
}

export async function buildTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase(options.databasePort === undefined ? {} : { port: options.databasePort })
  const dataDir = mkdtempSync(join(tmpdir(), 'craftastic-test-data-'))
  const log = options.log ?? pino({ level: 'silent' })
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, DATABASE_URL: database.url, ...options.env })
  const secrets = readSecrets(config)
  const { db, url: databaseUrl } = database
  const feed = createEventFeed({ databaseUrl, db, log })
  const metrics = createMetrics({ db })
  const { wrapRuntime = (engine) => engine } = options
  const engineOptions = { ...config, instanceId: secrets.instanceId, onCall: metrics.timeEngineCall }
  const runtime = wrapRuntime(createDockerRuntime(engineOptions))
  const { cloneStallSeconds, sessionWatch, orphanedClients, recordings, gitWatchMs, deploymentHaste, coolifyTiming } =
    options
  const { encryptionKey } = secrets
  const outside = { db, feed, runtime, metrics, log }
  const forTests = {
    cloneStallSeconds,
    sessionWatch,
    orphanedClients,
    recordings,
    gitWatchMs,
    deploymentHaste,
    coolifyTiming,
  }
  const built = buildDomain({ config, encryptionKey, ...outside, ...forTests })
  const domain = { ...built, ...options.domain }
  await feed.open()
  const app = await buildApp({ config, secrets, db, log, domain, metrics })
  await app.app.ready()
  return {
    ...app,
    config,
    database,
    domain,
    close: async () => {
      await app.app.close()
      await domain.closeConnections()
      await feed.close()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The app of a test file: built before its tests, closed after them. Answers how to get at it. */
export function useTestApp(options: TestAppOptions = {}): () => TestApp {
  let built: TestApp | undefined
  beforeAll(async () => {
    built = await buildTestApp(options)
  })
  afterAll(() => built?.close())
  return () => {
    if (built === undefined) throw new Error('The app is built before the first test, not before that')
    return built
  }
}
