/**
 * The rows of a database, from one snapshot, while servers go on working. A table is lines of JSON: the names of its
 * columns, then a row a line, each value in PostgreSQL's own words and null for none. PostgreSQL writes these and reads them
 * again (`load-database.ts`), so no number, time or byte loses anything on the way. The schema is not dumped: the
 * migrations make it. No program is needed, for the embedded PostgreSQL comes without pg_dump, and one that is installed
 * must not be older than the server.
 */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import { listColumns } from './database-tables.ts'

const batchRows = 500

/** Runs `work` on one unchanging view of the database, which cannot be written to. */
export async function withSnapshot<T>(db: Database, work: (trx: Transaction) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await speakPlainly(trx)
      return work(trx)
    })
}

/** How values become text and text becomes values must not depend on the settings of a database. */
export async function speakPlainly(trx: Transaction): Promise<void> {
  const settings = { timezone: 'UTC', datestyle: 'ISO, YMD', intervalstyle: 'postgres', extra_float_digits: '1' }
  for (const [name, value] of Object.entries(settings)) {
    await sql`select set_config(${name}, ${value}, true)`.execute(trx)
  }
}

/** @param onRows Told how many rows each piece holds. */
export async function* dumpTable(
  table: string,
  onRows: (rows: number) => void,
  trx: Transaction,
): AsyncGenerator<Buffer> {
  const columns = (await listColumns(table, trx)).map(({ name }) => name)
  yield Buffer.from(`${JSON.stringify(columns)}\n`)
  const values = sql.join(columns.map((column) => sql`${sql.ref(column)}::text`))
  await sql`
    declare dumped no scroll cursor for
    select array_to_json(array[${values}])::text as line from ${sql.table(table)}`.execute(trx)
  for (;;) {
    const { rows } = await sql<{ line: string }>`fetch ${sql.raw(String(batchRows))} from dumped`.execute(trx)
    if (rows.length === 0) break
    onRows(rows.length)
    yield Buffer.from(rows.map(({ line }) => `${line}\n`).join(''))
  }
  await sql`close dumped`.execute(trx)
}
