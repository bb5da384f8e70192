/** What is kept of deleted environments: one row for each bundle in the data directory, and who is to get it back. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // No foreign key to the environment, which it outlives. The newest bundle of an environment takes the older one's place.
  await sql`
    create table kept_work (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null constraint kept_work_user_id_fkey references users on delete cascade,
      environment_id uuid not null constraint kept_work_environment_id_key unique,
      environment_name varchar(64) not null,
      repository_url text,
      branch text,
      commits integer not null,
      files integer not null,
      stashes integer not null,
      is_complete boolean not null,
      bytes bigint not null,
      sha256 varchar(64) not null,
      heads jsonb not null default '[]',
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    )`.execute(db)
  await sql`create index kept_work_user_id_created_at_index on kept_work (user_id, created_at)`.execute(db)
  await sql`create index kept_work_expires_at_index on kept_work (expires_at)`.execute(db)
  await sql`
    alter table environments
      add column kept_work_id uuid
        constraint environments_kept_work_id_fkey references kept_work on delete set null`.execute(db)
  await sql`create index environments_kept_work_id_index on environments (kept_work_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table environments drop column kept_work_id`.execute(db)
  await sql`drop table kept_work`.execute(db)
}
