/** Runs something on the configured database. An embedded one is started if need be, and stopped if nobody else uses it. */
import { readConfig, readEnvironment } from '../config.ts'
import type { Database } from '../lib/database.ts'
import { createLogger } from '../lib/logger.ts'
import { StopStack } from '../lib/stop-stack.ts'
import { openInstalledDatabase } from '../open-database.ts'

export async function useDatabase(work: (db: Database) => Promise<void>): Promise<void> {
  const config = readConfig(readEnvironment())
  const log = createLogger({ nodeEnv: config.nodeEnv, logLevel: 'warn' })
  const stops = new StopStack()
  try {
    const { db } = await openInstalledDatabase(config, log, stops)
    await work(db)
  } finally {
    await stops.stopAll(log)
  }
}
