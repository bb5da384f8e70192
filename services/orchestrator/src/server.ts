/**
 * Starts the server and ends it. Start order: configuration, data directory and secrets, database, migrations, event
 * feed, app, jobs, listen, background. Everything is stopped in reverse. What stops a start is said in words, without a
 * stack.
 */
import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { ConfigError, readConfig, readEnvironment, type Config } from './config.ts'
import { buildDomain, type DomainOptions } from './domain.ts'
import { migrateJobQueue, startJobRunner } from './jobs/runner.ts'
import type { Database } from './lib/database.ts'
import { createEventFeed } from './lib/event-feed.ts'
import { countLegacyData, legacyMigration } from './lib/legacy-data.ts'
import type { Log } from './lib/log.ts'
import { createLogger } from './lib/logger.ts'
import { createMetrics } from './lib/metrics.ts'
import { migrateToLatest } from './lib/migrator.ts'
import { refuseUnfinishedRestore } from './lib/restore-journal.ts'
import { openDataDirectory, readSecrets } from './lib/secrets.ts'
import { StopStack } from './lib/stop-stack.ts'
import { listenInWords } from './listen.ts'
import { openInstalledDatabase } from './open-database.ts'
import { createDockerRuntime } from './services/docker.ts'

/** A second signal, or this much time, ends the process whatever is still open. */
const shutdownTimeoutMs = 10_000

/** For tests that watch or stop the process at work. */
export type ServerHooks = Pick<DomainOptions, 'onGap'>

export async function startServer(hooks: ServerHooks = {}): Promise<void> {
  const config = readConfigInWords()
  const log = createLogger(config)
  const stops = new StopStack()
  endOrderly()

  try {
    openDataDirectory(config.dataDir)
    refuseUnfinishedRestore(config.dataDir)
    const secrets = readSecrets(config)
    const { db, pool, url: databaseUrl } = await openInstalledDatabase(config, log, stops)
    const steps = await migrateToLatest(db)
    if (steps.length > 0) log.info({ migrations: steps.map((step) => step.name) }, 'database migrated')
    if (steps.some(({ name }) => name === legacyMigration)) await logLegacyData(db, log)

    await migrateJobQueue(pool, log)

    const feed = createEventFeed({ databaseUrl, db, log })
    const metrics = createMetrics({ db })
    const runtime = createDockerRuntime({ ...config, instanceId: secrets.instanceId, onCall: metrics.timeEngineCall })
    const { encryptionKey } = secrets
    const domain = buildDomain({ ...hooks, config, encryptionKey, db, feed, runtime, metrics, log })
    await feed.open()
    await stops.add('the event feed', feed.close)
    await stops.add('the connections into environments', domain.closeConnections)
    const { app, auth } = await buildApp({ config, secrets, db, log, domain, metrics })
    const concurrency = config.createConcurrency
    const runner = await startJobRunner({ ...domain, databaseUrl, db, pool, concurrency, log })
    await stops.add('the job runner', runner.stop)
    await stops.add('the HTTP server', () => app.close())
    const setupToken = await auth.prepareFirstAdmin(config.admin)
    const url = await listenInWords(app, config)
    printWelcome(url, setupToken)
    await stops.add('the background work', domain.startBackground())
  } catch (error) {
    // Words are for people; a defect is for those who mend it.
    log[isDefect(error) ? 'fatal' : 'debug']({ err: error }, 'the start failed')
    await stops.stopAll(log)
    exitInWords(error)
  }

  function endOrderly(): void {
    closeWithGrace(
      {
        delay: shutdownTimeoutMs,
        logger: false,
        onSecondSignal: () => log.warn('second signal: ending at once'),
        onTimeout: () => log.error(`not everything ended within ${shutdownTimeoutMs / 1000} s: ending at once`),
        onSecondError: (error) => log.fatal({ err: error }, 'failure while ending'),
      },
      async ({ signal, err }) => {
        if (err !== undefined) log.fatal({ err }, 'unexpected failure: ending')
        else log.info({ signal }, 'ending')
        await stops.stopAll(log)
        if (err === undefined) log.info('ended')
      },
    )
  }
}

async function logLegacyData(db: Database, log: Log): Promise<void> {
  const legacy = await countLegacyData(db)
  if (legacy !== null) log.info(legacy, 'took over the sessions of the previous generation (docs/upgrading.md)')
}

/** Plain lines, whatever form the log has: this is what a person who has just started the server looks for. */
function printWelcome(url: string, setupToken: string | null): void {
  const lines = ['', `  Craftastic is ready at ${url}`]
  if (setupToken !== null) lines.push(`  Make the first admin:  ${url}/setup?token=${setupToken}`)
  process.stdout.write(`${[...lines, ''].join('\n')}\n`)
}

function isDefect(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    error instanceof RangeError
  )
}

function exitInWords(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

function readConfigInWords(): Config {
  try {
    return readConfig(readEnvironment())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return exitInWords(error)
  }
}
