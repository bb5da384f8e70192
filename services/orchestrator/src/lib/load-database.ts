/**
 * Puts dumped rows into an empty database whose schema is the one they came from. In one transaction: whoever looks sees
 * an empty database or all of it.
 */
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database, Transaction } from './database.ts'
import { listColumns, listTables, type SequenceState } from './database-tables.ts'
import { speakPlainly } from './dump-database.ts'

export interface DumpedDatabase {
  tables: readonly { name: string; rows: number }[]
  sequences: readonly SequenceState[]
  /** The lines of a table, in pieces of any size. */
  readTable(name: string): AsyncIterable<Buffer>
}

/**
 * Loads all tables, then runs `afterwards` in the same transaction.
 * @throws Error in words when the dump and the schema do not fit, and the database is as before.
 */
export async function loadDatabase(
  dump: DumpedDatabase,
  afterwards: (trx: Transaction) => Promise<void>,
  db: Database,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await speakPlainly(trx)
    const tables = await listTables(trx)
    const unknown = dump.tables.filter(({ name }) => !tables.includes(name)).map(({ name }) => name)
    if (unknown.length > 0) throw new Error(`The migrations of this version make no table ${unknown.join(', ')}.`)
    // Rows come in any order, and nothing may happen because of them: they have happened already.
    const addForeignKeys = await dropForeignKeys(trx)
    for (const table of tables) await sql`alter table ${sql.table(table)} disable trigger user`.execute(trx)
    // What migrations wrote is in the dump, as it has become.
    await sql`truncate ${sql.join(tables.map((table) => sql.table(table)))}`.execute(trx)
    for (const table of dump.tables) await loadTable(table, dump.readTable(table.name), trx)
    for (const { name, lastValue, isCalled } of dump.sequences) {
      await sql`select setval(${name}::regclass, ${lastValue}::bigint, ${isCalled})`.execute(trx)
    }
    await addForeignKeys()
    for (const table of tables) await sql`alter table ${sql.table(table)} enable trigger user`.execute(trx)
    await afterwards(trx)
  })
}

const batchBytes = 1024 * 1024

async function loadTable(
  { name, rows: expectedRows }: DumpedDatabase['tables'][number],
  content: AsyncIterable<Buffer>,
  trx: Transaction,
): Promise<void> {
  let insert: ((lines: string[]) => Promise<number>) | null = null
  let rows = 0
  for await (const lines of linesInBatches(content)) {
    if (insert === null) insert = await prepareInsert(name, lines.shift() ?? '', trx)
    rows += await insert(lines)
  }
  if (rows !== expectedRows)
    throw new Error(`The table ${name} has ${rows} rows in the backup instead of ${expectedRows}.`)
}

const ColumnNames = z.array(z.string()).min(1)

async function prepareInsert(table: string, header: string, trx: Transaction) {
  const names = ColumnNames.parse(JSON.parse(header))
  const types = new Map((await listColumns(table, trx)).map(({ name, type }) => [name, type]))
  const values = names.map((name, at) => {
    const type = types.get(name)
    if (type === undefined) throw new Error(`The migrations of this version make no column ${table}.${name}.`)
    return sql`(line ->> ${sql.lit(at)})::${sql.raw(type)}`
  })
  const columns = sql.join(names.map((name) => sql.ref(name)))
  return async (lines: string[]) => {
    const { numAffectedRows } = await sql`
      insert into ${sql.table(table)} (${columns}) overriding system value
      select ${sql.join(values)} from unnest(${sql.val(lines)}::json[]) as line`.execute(trx)
    return Number(numAffectedRows ?? 0)
  }
}

async function* linesInBatches(content: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let pending: Buffer[] = []
  let pendingBytes = 0
  for await (const chunk of content) {
    pending.push(chunk)
    pendingBytes += chunk.length
    if (pendingBytes < batchBytes) continue
    const joined = Buffer.concat(pending)
    const end = joined.lastIndexOf(0x0a) + 1
    if (end > 0) yield splitLines(joined.subarray(0, end))
    pending = [joined.subarray(end)]
    pendingBytes = joined.length - end
  }
  yield splitLines(Buffer.concat(pending))
}

function splitLines(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
}

/** Answers how they are put back, which checks every row. */
async function dropForeignKeys(trx: Transaction): Promise<() => Promise<void>> {
  const { rows } = await sql<{ table: string; name: string; definition: string }>`
    select pg_class.relname as table, conname as name, pg_get_constraintdef(pg_constraint.oid) as definition
    from pg_constraint join pg_class on pg_class.oid = conrelid
    where contype = 'f' and conparentid = 0 and connamespace = current_schema()::regnamespace
    order by pg_constraint.oid`.execute(trx)
  for (const { table, name } of rows) {
    await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(trx)
  }
  return async () => {
    for (const { table, name, definition } of rows) {
      await sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(trx)
    }
  }
}
