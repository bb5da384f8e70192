/**
 * Data of the previous generation: each user and container of its sessions becomes an environment, each of its rows a
 * session. Its values may be anything, so nothing of them is taken that this generation could not hold or answer: no
 * ids that are no UUIDs, no moments that are none. A database without such data is left as it is.
 *
 * Users come with the next migration, and with them what there is to say (`legacy-owners.ts`).
 */
import { sql, type Kysely } from 'kysely'
import { hasLegacySessions } from './legacy-sessions.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  if (!(await hasLegacySessions(db))) return
  await findOwners(db)
  await findEnvironments(db)
  await insertEnvironments(db)
  await insertSessions(db)
}

/** The old rows were never touched; what was made of them goes. */
export async function down(db: Kysely<unknown>): Promise<void> {
  if (!(await hasLegacySessions(db))) return
  await sql`delete from environments where id in (select id from craftastic_legacy.environments)`.execute(db)
  await sql`drop table craftastic_legacy.environments, craftastic_legacy.owners`.execute(db)
}

/** As RFC 9562 has them; PostgreSQL takes others, too, which the API would refuse. */
const uuidPattern = sql.lit('^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')

/** A moment that was written without a zone, in UTC; null when no calendar of ours has it, such as infinity. */
const moment = (column: string) => {
  const time = sql.ref(column)
  return sql`(case when ${time} >= '1970-01-01' and ${time} < '9999-01-01' then ${time} at time zone 'UTC' end)`
}

/** Null is the same as null. In this form PostgreSQL need not compare each row with each. */
const isSame = (one: string, other: string) => sql`quote_nullable(${sql.ref(one)}) = quote_nullable(${sql.ref(other)})`

async function findOwners(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table craftastic_legacy.owners as
    select user_id as legacy_user_id,
      case when user_id ~* ${uuidPattern} then user_id::uuid else gen_random_uuid() end as id
    from (select distinct user_id from craftastic_legacy.sessions) found`.execute(db)
}

async function findEnvironments(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table craftastic_legacy.environments as
    select gen_random_uuid() as id, legacy_user_id, owners.id as owner_id, found.container_id,
      'Legacy Environment ' || coalesce(
        nullif(regexp_replace(left(found.container_id, 8), '[^A-Za-z0-9._-]', '', 'g'), ''), 'without container'
      ) as base_name, is_active, created_at, updated_at
    from (
      select user_id, container_id, coalesce(bool_or(status = 'active'), false) as is_active,
        coalesce(min(${moment('created_at')}), now()) as created_at,
        coalesce(max(${moment('updated_at')}), max(${moment('created_at')}), now()) as updated_at
      from craftastic_legacy.sessions group by user_id, container_id
    ) found
    join craftastic_legacy.owners on ${isSame('legacy_user_id', 'user_id')}`.execute(db)
}

/** Whether it runs is what the previous generation knew last; the reconciler finds out. */
async function insertEnvironments(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into environments (id, user_id, name, container_id, status, created_at, updated_at)
    select id, owner_id, base_name || case when place = 1 then '' else ' ' || place end,
      case when length(container_id) between 1 and 64 then container_id end,
      case when is_active then 'running' else 'stopped' end, created_at, updated_at
    from (
      select *, row_number() over (partition by owner_id, base_name order by created_at, container_id, id) as place
      from craftastic_legacy.environments
    ) placed`.execute(db)
}

/** More than these in one environment stay ended until somebody opens them: all others come back when it starts. */
const mostAlive = 100

async function insertSessions(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into sessions
      (id, environment_id, name, tmux_session_name, working_directory, status, created_at, updated_at, last_activity)
    select case when old_id::text ~ ${uuidPattern} and copy = 1 then old_id else gen_random_uuid() end, environment_id,
      'Legacy Session' || case when place = 1 then '' else ' ' || place end,
      'session-' || short_id || case when twin = 1 then '' else '-' || twin end,
      '/workspace',
      case when status in ('active', 'inactive') and age <= ${sql.lit(mostAlive)} then status else 'dead' end,
      created_at, coalesce(updated_at, created_at), updated_at
    from (
      select *,
        row_number() over (partition by old_id order by created_at) as copy,
        row_number() over (partition by environment_id order by created_at, old_id) as place,
        row_number() over (partition by environment_id order by created_at desc, old_id desc) as age,
        row_number() over (partition by environment_id, short_id order by created_at, old_id) as twin
      from (
        select old.id as old_id, environments.id as environment_id, old.status,
          coalesce(left(old.id::text, 8), 'unknown') as short_id,
          coalesce(${moment('old.created_at')}, now()) as created_at, ${moment('old.updated_at')} as updated_at
        from craftastic_legacy.sessions old
        join craftastic_legacy.environments on ${isSame('legacy_user_id', 'old.user_id')}
          and ${isSame('environments.container_id', 'old.container_id')}
      ) found
    ) placed`.execute(db)
}
