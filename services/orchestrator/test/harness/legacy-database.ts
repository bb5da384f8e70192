/** A database as the previous generation left it: its one table, with rows as its program wrote them. */
import { randomBytes, randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

export type LegacyRow = {
  id: string
  userId: string | null
  containerId: string | null
  status: string | null
  createdAt: string | null
  updatedAt: string | null
}

export const newContainerId = () => randomBytes(32).toString('hex')

/** A row with whatever is given. */
export function legacyRow(given: Partial<LegacyRow> = {}): LegacyRow {
  return {
    id: randomUUID(),
    userId: randomUUID(),
    containerId: newContainerId(),
    status: 'active',
    createdAt: '2024-03-31 02:30:00.123456',
    updatedAt: '2024-04-01 00:00:00.000001',
    ...given,
  }
}

/** 1,000 rows of 50 users with up to five containers each, some of them odd. */
export function manyLegacyRows(): LegacyRow[] {
  const users = Array.from({ length: 50 }, (_, n) => ({
    userId: [null, '', 'anonymous', "o'brien\t\u0085 \u{1f600}", 'someone@example.org'][n] ?? randomUUID(),
    containers: Array.from({ length: 1 + (n % 5) }, newContainerId),
  }))
  return Array.from({ length: 1000 }, (_, n) => {
    const { userId, containers } = users[n % users.length] ?? { userId: null, containers: [] }
    const containerId = n % 97 === 0 ? null : (containers[Math.floor(n / users.length) % containers.length] ?? null)
    const day = String(1 + (n % 28)).padStart(2, '0')
    return legacyRow({
      userId,
      containerId,
      status: ['active', 'inactive', 'inactive', 'paused?', null][n % 5] ?? null,
      createdAt: n % 50 === 49 ? 'infinity' : `2024-02-${day} 23:59:59.${String(n).padStart(6, '0')}`,
      updatedAt: n % 31 === 0 ? null : `2024-03-${day} 12:00:00`,
    })
  })
}

export async function createLegacyDatabase(rows: readonly LegacyRow[]): Promise<TestDatabase> {
  const database = await createTestDatabase({ empty: true })
  await database.pool.query(`
    create table sessions (
      id uuid primary key default gen_random_uuid(),
      user_id varchar(255),
      container_id varchar(255),
      status varchar(50) default 'active',
      created_at timestamp default current_timestamp,
      updated_at timestamp default current_timestamp
    );
    create index sessions_status_index on sessions (status);
    create index idx_sessions_user_id on sessions (user_id);
    comment on table sessions is 'of the previous generation'`)
  await database.pool.query(
    `insert into sessions (id, user_id, container_id, status, created_at, updated_at)
     select id, "userId", "containerId", status, "createdAt", "updatedAt" from jsonb_to_recordset($1::jsonb)
     as row (id uuid, "userId" varchar, "containerId" varchar, status varchar, "createdAt" timestamp, "updatedAt" timestamp)`,
    [JSON.stringify(rows)],
  )
  return database
}

/** The table with all that belongs to it, and its rows in their places, as text; `xmin` tells of any rewriting. */
export async function dumpLegacyTable({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(`
    select format('table %s %s %s %s', relname, relowner::regrole, relacl, obj_description(oid)) as line
    from pg_class where oid = 'public.sessions'::regclass
    union all
    select format('column %s %s %s not null=%s default %s', attnum, attname, format_type(atttypid, atttypmod),
      attnotnull, pg_get_expr(adbin, adrelid))
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = 'public.sessions'::regclass and attnum > 0
    union all
    select format('constraint %s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
    where conrelid = 'public.sessions'::regclass
    union all
    select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'public.sessions'::regclass
    union all
    select format('row %s %s %s', ctid, xmin, sessions::text) from public.sessions
    order by 1`)
  return rows.map(({ line }) => line)
}
