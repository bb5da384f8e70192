/** The database of an installation, ready to use: the one of DATABASE_URL, or the embedded one. */
import type { Config } from './config.ts'
import { openDatabase, type OpenDatabase } from './lib/database.ts'
import type { Log } from './lib/log.ts'
import { openDataDirectory } from './lib/secrets.ts'
import type { StopStack } from './lib/stop-stack.ts'
import { waitForDatabase } from './lib/wait-for-database.ts'
import { startEmbeddedPostgres } from './services/embedded-postgres.ts'

export interface InstalledDatabase extends OpenDatabase {
  url: string
}

/**
 * Opens the database and starts the embedded one when it is needed. What was started is stopped with `stops`.
 * @throws Error in words.
 */
export async function openInstalledDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: Log,
  stops: StopStack,
): Promise<InstalledDatabase> {
  const url = config.databaseUrl ?? (await startEmbedded(config.dataDir, log, stops))
  const database = openDatabase(url, {
    onBroken: (error) => log.warn({ reason: error.message }, 'a database connection broke'),
  })
  await stops.add('the database connections', database.close)
  await waitForDatabase(database, url, log)
  return { ...database, url }
}

async function startEmbedded(dataDir: string, log: Log, stops: StopStack): Promise<string> {
  openDataDirectory(dataDir)
  const embedded = await startEmbeddedPostgres({ dataDir, log })
  await stops.add('the embedded PostgreSQL', embedded.stop)
  return embedded.url
}
