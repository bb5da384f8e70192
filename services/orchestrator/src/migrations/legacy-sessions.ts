/**
 * The one table of the previous generation, `sessions`. While this generation uses the database it lies in a schema of
 * its own: with it move its indexes, constraints and defaults under their names, which would otherwise be in the way of
 * ours, and moving it back leaves it exactly as it was.
 */
import { sql, type Kysely } from 'kysely'

/** Also holds which environment and which owner was made of what, until `002_migrate_legacy_data` is taken back. */
export const legacySchema = 'craftastic_legacy'

/** Before `sessions` of this generation is made. Does nothing unless the database is one of the previous generation. */
export async function setLegacySessionsAside(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ is_legacy: boolean }>`
    select count(*) filter (where attname in ('id', 'user_id', 'container_id')) = 3
      and count(*) filter (where attname = 'environment_id') = 0 as is_legacy
    from pg_attribute
    join pg_class on pg_class.oid = attrelid and relkind = 'r' and relname = 'sessions'
    join pg_namespace on pg_namespace.oid = relnamespace and nspname = current_schema()
    where not attisdropped`.execute(db)
  if (rows[0]?.is_legacy !== true) return
  await sql`create schema ${sql.id(legacySchema)}`.execute(db)
  await sql`alter table sessions set schema ${sql.id(legacySchema)}`.execute(db)
}

/** When `sessions` of this generation is gone. Does nothing where none was set aside. */
export async function bringLegacySessionsBack(db: Kysely<unknown>): Promise<void> {
  if (!(await hasLegacySessions(db))) return
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db)
  const home = rows[0]?.name ?? 'public'
  await sql`alter table ${sql.id(legacySchema, 'sessions')} set schema ${sql.id(home)}`.execute(db)
  await sql`drop schema ${sql.id(legacySchema)}`.execute(db)
}

export async function hasLegacySessions(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass(${`${legacySchema}.sessions`}) is not null as found`.execute(db)
  return rows[0]?.found === true
}
