/** Environments, their sessions and their deployments. */
import { sql, type Kysely } from 'kysely'
import { bringLegacySessionsBack, setLegacySessionsAside } from './legacy-sessions.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await setLegacySessionsAside(db)
  await sql`
    create table environments (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null,
      name varchar(64) not null,
      repository_url text,
      branch varchar(200) not null default 'main',
      container_id varchar(64),
      status varchar(16) not null default 'starting'
        constraint environments_status_check
        check (status in ('starting', 'running', 'stopping', 'stopped', 'error', 'deleting')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint environments_user_id_name_key unique (user_id, name)
    )`.execute(db)
  await sql`create index environments_user_id_index on environments (user_id)`.execute(db)
  await sql`create index environments_container_id_index on environments (container_id)`.execute(db)
  await sql`create index environments_status_index on environments (status)`.execute(db)

  await sql`
    create table sessions (
      id uuid primary key default gen_random_uuid(),
      environment_id uuid not null
        constraint sessions_environment_id_fkey references environments on delete cascade,
      name varchar(64),
      tmux_session_name varchar(64) not null,
      working_directory text not null default '/workspace',
      status varchar(16) not null default 'inactive'
        constraint sessions_status_check check (status in ('active', 'inactive', 'dead')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      last_activity timestamptz,
      constraint sessions_environment_id_tmux_session_name_key unique (environment_id, tmux_session_name),
      constraint sessions_environment_id_name_key unique (environment_id, name)
    )`.execute(db)
  await sql`create index sessions_environment_id_index on sessions (environment_id)`.execute(db)

  await sql`
    create table deployments (
      id uuid primary key default gen_random_uuid(),
      environment_id uuid not null
        constraint deployments_environment_id_fkey references environments on delete cascade,
      app_id varchar(255) not null,
      status varchar(16) not null
        constraint deployments_status_check
        check (status in ('pending', 'queued', 'in_progress', 'finished', 'failed', 'cancelled')),
      created_at timestamptz not null default now(),
      metadata jsonb not null default '{}',
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index deployments_environment_id_index on deployments (environment_id)`.execute(db)
  await sql`create index deployments_status_index on deployments (status)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table deployments`.execute(db)
  await sql`drop table sessions`.execute(db)
  await sql`drop table environments`.execute(db)
  await bringLegacySessionsBack(db)
}
