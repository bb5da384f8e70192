/**
 * What users show to Git hosts, sign-ins to GitHub that are under way, and the log of what was done with it all, which
 * can only grow.
 */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table git_credentials (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null constraint git_credentials_user_id_fkey references users on delete cascade,
      host varchar(261) not null constraint git_credentials_host_check check (host = lower(host)),
      username varchar(100),
      token_sealed text not null,
      last_four varchar(4) not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      last_used_at timestamptz,
      constraint git_credentials_user_id_host_key unique (user_id, host)
    )`.execute(db)

  await sql`
    create table git_device_flows (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null constraint git_device_flows_user_id_fkey references users on delete cascade,
      device_code_sealed text not null,
      state varchar(16) not null default 'pending'
        constraint git_device_flows_state_check check (state in ('pending', 'authorized', 'denied', 'expired')),
      interval_seconds integer not null,
      next_poll_at timestamptz not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index git_device_flows_user_id_index on git_device_flows (user_id)`.execute(db)
  await sql`create index git_device_flows_expires_at_index on git_device_flows (expires_at)`.execute(db)

  // No foreign keys: it outlives users and environments.
  await sql`
    create table audit_log (
      id bigserial primary key,
      at timestamptz not null default now(),
      user_id uuid not null,
      environment_id uuid,
      action varchar(40) not null,
      target text not null,
      result varchar(20) not null,
      details jsonb not null default '{}'
    )`.execute(db)
  await sql`create index audit_log_user_id_id_index on audit_log (user_id, id)`.execute(db)
  await sql`create index audit_log_environment_id_id_index on audit_log (environment_id, id)`.execute(db)
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_log can only grow';
    end $$`.execute(db)
  await sql`
    create trigger audit_log_insert_only before update or delete or truncate on audit_log
    for each statement execute function refuse_audit_change()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table audit_log`.execute(db)
  await sql`drop function refuse_audit_change()`.execute(db)
  await sql`drop table git_device_flows`.execute(db)
  await sql`drop table git_credentials`.execute(db)
}
