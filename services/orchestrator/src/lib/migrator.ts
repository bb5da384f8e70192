/**
 * Moves a database to the schema of this code and back. The migrations are the files of `src/migrations`, in the order
 * of their numbers; a number may be filled in later, so gaps are allowed. Kysely's lock lets one server at a time work.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { Migrator, NO_MIGRATIONS, type Migration, type MigrationProvider } from 'kysely/migration'
import { z } from 'zod'
import type { Database, Transaction } from './database.ts'

export const migrationsDirectory = join(import.meta.dirname, '../migrations')

/** `004_add_tokens.ts` */
export const migrationFilePattern = /^(\d{3}_[a-z0-9_]+)\.ts$/

export interface MigrationStep {
  name: string
  direction: 'up' | 'down'
}

/** The database was used by a newer version: going on could lose what that version stored. */
export class DatabaseNewerError extends Error {
  override readonly name = 'DatabaseNewerError'

  constructor(unknownMigrations: readonly string[]) {
    super(
      `The database is newer than this version: it has ${unknownMigrations.join(', ')}, which this version does not ` +
        'know. Start the newer version again, or restore a backup from before the upgrade.',
    )
  }
}

/** A migration failed; its transaction was rolled back, so the database is as before it. */
class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/**
 * Applies every migration that is missing. Answers those that were applied, in order.
 * @throws DatabaseNewerError | MigrationError
 */
export async function migrateToLatest(db: Database): Promise<MigrationStep[]> {
  await refuseNewerDatabase(db)
  const { error, results } = await createMigrator(db).migrateToLatest()
  return readResults(error, results)
}

/**
 * Takes back the newest migration, or all of them: as a whole or not at all. Answers what was taken back, newest first.
 * @throws DatabaseNewerError | MigrationError
 */
export async function rollBack(db: Database, options: { all: boolean }): Promise<MigrationStep[]> {
  await refuseNewerDatabase(db)
  const migrator = createMigrator(db)
  const { error, results } = await (options.all ? migrator.migrateTo(NO_MIGRATIONS) : migrator.migrateDown())
  return readResults(error, results)
}

/**
 * Applies exactly these migrations to a database that has none of any others: the schema that a backup was made of.
 * @throws DatabaseNewerError | MigrationError
 */
export async function migrateToExactly(names: readonly string[], db: Database): Promise<void> {
  const known = await listMigrationNames()
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new DatabaseNewerError(unknown)
  const chosen: MigrationProvider = {
    getMigrations: async () => {
      const all = await provider.getMigrations()
      return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
    },
  }
  const { error, results } = await createMigrator(db, chosen).migrateToLatest()
  readResults(error, results)
}

function createMigrator(db: Database, source: MigrationProvider = provider): Migrator {
  return new Migrator({ db, provider: source, allowUnorderedMigrations: true })
}

const MigrationModule = z.object({
  up: z.custom<Migration['up']>((value) => typeof value === 'function'),
  down: z.custom<NonNullable<Migration['down']>>((value) => typeof value === 'function'),
})

const provider: MigrationProvider = {
  async getMigrations() {
    const migrations: Record<string, Migration> = {}
    for (const name of await listMigrationNames()) {
      const url = pathToFileURL(join(migrationsDirectory, `${name}.ts`)).href
      const loaded: unknown = await import(url)
      const module = MigrationModule.safeParse(loaded)
      if (!module.success) throw new MigrationError(`${name}.ts must export the functions up and down`)
      migrations[name] = module.data
    }
    return migrations
  },
}

/** The names of the migrations in the code, in order. */
export async function listMigrationNames(): Promise<string[]> {
  const files = await readdir(migrationsDirectory)
  return files.flatMap((file) => migrationFilePattern.exec(file)?.[1] ?? []).sort()
}

/** @throws DatabaseNewerError */
export async function refuseNewerDatabase(db: Database): Promise<void> {
  const applied = await listAppliedMigrations(db)
  const known = new Set(await listMigrationNames())
  const unknown = applied.filter((name) => !known.has(name))
  if (unknown.length > 0) throw new DatabaseNewerError(unknown)
}

/** The names of the migrations that a database has, in order. */
export async function listAppliedMigrations(db: Database | Transaction): Promise<string[]> {
  const found = await sql<{ exists: boolean }>`select to_regclass('kysely_migration') is not null as exists`.execute(db)
  if (found.rows[0]?.exists !== true) return []
  const rows = await db
    .$extendTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute()
  return rows.map((row) => row.name)
}

function readResults(
  error: unknown,
  results: readonly { migrationName: string; direction: 'Up' | 'Down'; status: string }[] = [],
): MigrationStep[] {
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error')
    const reason = error instanceof Error ? error.message : 'the database gave no reason'
    const subject =
      failed === undefined ? 'Migrating' : `The migration ${failed.migrationName} (${failed.direction.toLowerCase()})`
    throw new MigrationError(`${subject} failed: ${reason}`, { cause: error })
  }
  return results
    .filter((result) => result.status === 'Success')
    .map((result) => ({ name: result.migrationName, direction: result.direction === 'Up' ? 'up' : 'down' }))
}
