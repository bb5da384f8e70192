/** What a rollback of everything takes with it. */
import { sql } from 'kysely'
import type { Database } from '../lib/database.ts'
import { countLegacyData } from '../lib/legacy-data.ts'
import { count } from './run-script.ts'

/** Null when nothing would be lost. */
export async function describeLoss(db: Database): Promise<string | null> {
  const { rows } = await sql<{ exists: boolean }>`
    select to_regclass('users') is not null and to_regclass('environments') is not null as exists`.execute(db)
  if (rows[0]?.exists !== true) return null
  const [users, environments] = await Promise.all([countRows('users', db), countRows('environments', db)])
  if (users + environments === 0) return null
  const legacy = await countLegacyData(db)
  return [
    `This removes ${count(users, 'user')} and ${count(environments, 'environment')}, with their sessions, history and tokens.`,
    'Containers are removed when the server starts again; workspaces stay on the container engine.',
    ...(legacy === null ? [] : [describeReturn(legacy.sessions)]),
  ].join('\n')
}

function describeReturn(sessions: number): string {
  return (
    `The table of the previous generation comes back as it was, with ${count(sessions, 'session')}. ` +
    'What was made or changed since is lost.'
  )
}

async function countRows(table: 'users' | 'environments', db: Database): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}
