/** What the migrations took over from the previous generation; they keep it beside ours until they are taken back. */
import { sql } from 'kysely'
import type { Database } from './database.ts'

/** The migration that takes it over. */
export const legacyMigration = '002_migrate_legacy_data'

export type LegacyData = { sessions: number; environments: number; owners: number }

/** Null when there is none. */
export async function countLegacyData(db: Database): Promise<LegacyData | null> {
  const { rows: found } = await sql<{ exists: boolean }>`
    select to_regclass('craftastic_legacy.owners') is not null as exists`.execute(db)
  if (found[0]?.exists !== true) return null
  const { rows } = await sql<LegacyData>`
    select (select count(*) from craftastic_legacy.sessions) as sessions,
      (select count(*) from craftastic_legacy.environments) as environments,
      (select count(distinct id) from craftastic_legacy.owners) as owners`.execute(db)
  return rows[0] ?? null
}
