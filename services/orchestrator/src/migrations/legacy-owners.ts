/** What there is to say of data of the previous generation, once there are users and reasons to say it in. */
import { sql, type Kysely } from 'kysely'
import { hasLegacySessions } from './legacy-sessions.ts'

/** Names the disabled stand-ins after what the previous generation called them, and tells what became of environments. */
export async function describeLegacyData(db: Kysely<unknown>): Promise<void> {
  if (!(await hasLegacySessions(db))) return
  await sql`
    update users set name = left(coalesce('Legacy user ' || nullif(called, ''), 'Legacy user without a name'), 80)
    from (
      select id, min(trim(regexp_replace(legacy_user_id, '[\\u0001-\\u001f\\u007f-\\u009f]', '', 'g'))) as called
      from craftastic_legacy.owners group by id
    ) owners
    where owners.id = users.id`.execute(db)
  await sql`
    update environments set last_activity_at = updated_at, status_reason = ${reason}
    where id in (select id from craftastic_legacy.environments)`.execute(db)
}

const reason =
  'It comes from the previous version of this server. Its old container was left alone, and its files were not ' +
  'moved. A start makes a new container with an empty workspace.'
