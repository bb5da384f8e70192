/** Runs something on the configured database. An embedded one is started if need be, and stopped if nobody else uses it. */
import { readConfig, readEnvironment } from '../config.ts'
import type { Log } from '../lib/log.ts'
import { createLogger } from '../lib/logger.ts'
import { StopStack } from '../lib/stop-stack.ts'
import { openInstalledDatabase, type InstalledDatabase } from '../open-database.ts'

export async function useDatabase(
  work: (db: InstalledDatabase['db'], given: { pool: InstalledDatabase['pool']; log: Log }) => Promise<void>,
): Promise<void> {
  const config = readConfig(readEnvironment())
  const log = createLogger({ nodeEnv: config.nodeEnv, logLevel: 'warn' })
  const stops = new StopStack()
  try {
    const { db, pool } = await openInstalledDatabase(config, log, stops)
    await work(db, { pool, log })
  } finally {
    await stops.stopAll(log)
  }
}
