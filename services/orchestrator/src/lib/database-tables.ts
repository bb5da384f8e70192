/** What of the database goes into a backup: every table and sequence there is, so that a new one cannot be forgotten. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

/** Kysely's own, which migrating writes anew; and servers that are alive, which none of another machine is. */
const passingTables = ['kysely_migration', 'kysely_migration_lock', 'worker_pools']

export interface Column {
  name: string
  /** As a cast writes it. */
  type: string
}

/** The product's tables, in the schema that it works in. */
export async function listTables(db: Database | Transaction): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname <> all(${sql.val(passingTables)})
    order by relname`.execute(db)
  return rows.map(({ name }) => name)
}

/** The columns of a table that hold what was written into them. */
export async function listColumns(table: string, db: Database | Transaction): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select attname as name, atttypid::regtype::text as type from pg_attribute
    where attrelid = format('%I.%I', current_schema(), ${table}::text)::regclass
      and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum`.execute(db)
  return rows
}

export interface SequenceState {
  name: string
  /** A bigint, in digits. */
  lastValue: string
  isCalled: boolean
}

/** Numbers that were given out are never given out again: clients remember ids of events. */
export async function readSequences(db: Database | Transaction): Promise<SequenceState[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'S' order by relname`.execute(db)
  const states: SequenceState[] = []
  for (const { name } of rows) {
    const state = await sql<Omit<SequenceState, 'name'>>`
      select last_value::text as "lastValue", is_called as "isCalled" from ${sql.table(name)}`.execute(db)
    for (const row of state.rows) states.push({ name, ...row })
  }
  return states
}
