/**
 * What keeps environments alive and true: operations with a deadline and a fence, whether a workspace holds work, idle
 * stop, sessions that were made again, requests that may be repeated, servers that show that they live, and what was
 * deleted on purpose.
 */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table environments
      add column workspace_ready_at timestamptz,
      add column disk_bytes bigint,
      add column idle_stop_minutes integer
        constraint environments_idle_stop_minutes_check check (idle_stop_minutes > 0),
      add column idle_since timestamptz,
      add column awake_reason text,
      add column held_until timestamptz`.execute(db)
  await sql`
    update environments set workspace_ready_at = created_at
    where exists (
      select from operations where environment_id = environments.id and state = 'succeeded'
    )`.execute(db)

  await sql`alter table sessions add column restored_at timestamptz`.execute(db)

  await sql`
    alter table operations
      add column generation integer not null default 0,
      add column deadline_at timestamptz`.execute(db)
  // One piece of work at a time: a later wish settles what it overtakes.
  await sql`
    update operations set state = 'cancelled', finished_at = now()
    where state in ('queued', 'running') and exists (
      select from operations later
      where later.environment_id = operations.environment_id
        and (later.created_at, later.id) > (operations.created_at, operations.id)
    )`.execute(db)
  await sql`
    create unique index operations_unsettled_key on operations (environment_id)
    where state in ('queued', 'running')`.execute(db)
  await sql`create index operations_queue_index on operations (created_at) where state = 'queued'`.execute(db)

  // No foreign key: it outlives what it tells of. A volume is removed only for an environment that stands here.
  await sql`
    create table deleted_environments (
      id uuid primary key,
      deleted_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table idempotency_keys (
      user_id uuid not null constraint idempotency_keys_user_id_fkey references users on delete cascade,
      key varchar(255) not null,
      fingerprint text not null,
      status integer,
      answer jsonb,
      location text,
      claimed_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      primary key (user_id, key)
    )`.execute(db)
  await sql`create index idempotency_keys_created_at_index on idempotency_keys (created_at)`.execute(db)

  await sql`
    create table worker_pools (
      id text primary key,
      seen_at timestamptz not null default now()
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table worker_pools`.execute(db)
  await sql`drop table idempotency_keys`.execute(db)
  await sql`drop table deleted_environments`.execute(db)
  await sql`drop index operations_queue_index`.execute(db)
  await sql`drop index operations_unsettled_key`.execute(db)
  await sql`
    alter table operations
      drop column generation,
      drop column deadline_at`.execute(db)
  await sql`alter table sessions drop column restored_at`.execute(db)
  await sql`
    alter table environments
      drop column workspace_ready_at,
      drop column disk_bytes,
      drop column idle_stop_minutes,
      drop column idle_since,
      drop column awake_reason,
      drop column held_until`.execute(db)
}
