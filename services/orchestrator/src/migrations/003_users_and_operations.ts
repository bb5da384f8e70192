/**
 * Users and their signed-in sessions, what an environment is meant to be, its keys, its operations with their log, and
 * the events that clients follow.
 */
import { sql, type Kysely } from 'kysely'
import { describeLegacyData } from './legacy-owners.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createUsers(db)
  await extendEnvironments(db)
  await describeLegacyData(db)
  await createOperations(db)
  await createEvents(db)
}

async function createUsers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id uuid primary key default gen_random_uuid(),
      email varchar(254) not null
        constraint users_email_key unique
        constraint users_email_check check (email = lower(email)),
      name varchar(80) not null,
      password_hash text,
      role varchar(16) not null constraint users_role_check check (role in ('admin', 'member')),
      disabled_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table auth_sessions (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null constraint auth_sessions_user_id_fkey references users on delete cascade,
      refresh_token_hash text not null constraint auth_sessions_refresh_token_hash_key unique,
      previous_refresh_token_hash text,
      rotated_at timestamptz,
      user_agent text,
      ip text,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now(),
      expires_at timestamptz not null,
      revoked_at timestamptz
    )`.execute(db)
  await sql`create index auth_sessions_user_id_index on auth_sessions (user_id)`.execute(db)
  await sql`
    create index auth_sessions_previous_refresh_token_hash_index
    on auth_sessions (previous_refresh_token_hash)`.execute(db)
}

async function extendEnvironments(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table environments
      add column desired_state varchar(16) not null default 'stopped'
        constraint environments_desired_state_check check (desired_state in ('running', 'stopped', 'deleted')),
      add column status_reason text,
      add column generation integer not null default 1,
      add column image text not null default 'craftastic/sandbox:latest',
      add column memory_bytes bigint not null default 536870912,
      add column cpu_limit double precision not null default 0.5,
      add column last_activity_at timestamptz`.execute(db)

  // Environments that were there first keep their owner: a disabled stand-in, so that an admin can hand them over.
  await sql`
    insert into users (id, email, name, role, disabled_at)
    select distinct user_id, user_id || '@placeholder.invalid', 'Unknown owner', 'member', now()
    from environments`.execute(db)
  await sql`
    alter table environments
      add constraint environments_user_id_fkey foreign key (user_id) references users on delete cascade`.execute(db)

  await sql`
    create table environment_keys (
      environment_id uuid primary key
        constraint environment_keys_environment_id_fkey references environments on delete cascade,
      client_private_key_sealed text not null,
      client_public_key text not null,
      host_private_key_sealed text not null,
      host_public_key text not null,
      created_at timestamptz not null default now()
    )`.execute(db)
}

async function createOperations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table operations (
      id uuid primary key default gen_random_uuid(),
      environment_id uuid not null
        constraint operations_environment_id_fkey references environments on delete cascade,
      kind varchar(16) not null,
      state varchar(16) not null
        constraint operations_state_check check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
      steps jsonb not null default '[]',
      error jsonb,
      requested_by uuid constraint operations_requested_by_fkey references users on delete set null,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz
    )`.execute(db)
  await sql`
    create index operations_environment_id_created_at_index on operations (environment_id, created_at)`.execute(db)
  await sql`create index operations_requested_by_index on operations (requested_by)`.execute(db)

  await sql`
    create table operation_lines (
      id bigserial primary key,
      operation_id uuid not null
        constraint operation_lines_operation_id_fkey references operations on delete cascade,
      line text not null,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index operation_lines_operation_id_id_index on operation_lines (operation_id, id)`.execute(db)
}

async function createEvents(db: Kysely<unknown>): Promise<void> {
  // An event outlives its environment, so that a client that was away still learns of the delete: no foreign key.
  await sql`
    create table events (
      id bigserial primary key,
      user_id uuid not null constraint events_user_id_fkey references users on delete cascade,
      environment_id uuid not null,
      type varchar(16) not null,
      data jsonb not null,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index events_user_id_id_index on events (user_id, id)`.execute(db)
  await sql`create index events_environment_id_id_index on events (environment_id, id)`.execute(db)
  await sql`create index events_created_at_index on events (created_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table events`.execute(db)
  await sql`drop table operation_lines`.execute(db)
  await sql`drop table operations`.execute(db)
  await sql`drop table environment_keys`.execute(db)
  await sql`
    alter table environments
      drop constraint environments_user_id_fkey,
      drop column desired_state,
      drop column status_reason,
      drop column generation,
      drop column image,
      drop column memory_bytes,
      drop column cpu_limit,
      drop column last_activity_at`.execute(db)
  await sql`drop table auth_sessions`.execute(db)
  await sql`drop table users`.execute(db)
}
