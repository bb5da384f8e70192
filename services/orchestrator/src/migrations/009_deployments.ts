/**
 * Deployments that survive whatever happens to this server and to Coolify: what Coolify had before one was sent, its name
 * there, its log, and which applications were made from which environment.
 */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table deployments
      add column requested_by uuid
        constraint deployments_requested_by_fkey references users on delete set null,
      add column deploy_mark jsonb,
      add column sent_at timestamptz,
      add column send_count integer not null default 0,
      add column refused_count integer not null default 0,
      add column coolify_deployment_id varchar(64),
      add column cancel_requested_at timestamptz,
      add column started_at timestamptz,
      add column ended_at timestamptz,
      add column first_sequence integer not null default 0,
      add column last_sequence integer not null default 0,
      add column log_digest text,
      add column log_truncated boolean not null default false,
      add column log_reads_left integer not null default 2`.execute(db)
  // What ended before there was a log has none to wait for.
  await sql`
    update deployments set ended_at = updated_at, log_reads_left = 0
    where status in ('finished', 'failed', 'cancelled')`.execute(db)
  await sql`create index deployments_requested_by_index on deployments (requested_by)`.execute(db)
  await sql`
    create index deployments_environment_id_created_at_index on deployments (environment_id, created_at)`.execute(db)
  await sql`
    create index deployments_followed_index on deployments (id)
    where status in ('pending', 'queued', 'in_progress') or log_reads_left > 0`.execute(db)

  await sql`
    create table deployment_lines (
      deployment_id uuid not null
        constraint deployment_lines_deployment_id_fkey references deployments on delete cascade,
      sequence integer not null,
      text text not null,
      stream varchar(6) not null
        constraint deployment_lines_stream_check check (stream in ('stdout', 'stderr')),
      at timestamptz,
      primary key (deployment_id, sequence)
    )`.execute(db)

  await sql`
    create table environment_applications (
      environment_id uuid not null
        constraint environment_applications_environment_id_fkey references environments on delete cascade,
      app_id varchar(255) not null,
      created_at timestamptz not null default now(),
      primary key (environment_id, app_id)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table environment_applications`.execute(db)
  await sql`drop table deployment_lines`.execute(db)
  await sql`drop index deployments_followed_index`.execute(db)
  await sql`drop index deployments_environment_id_created_at_index`.execute(db)
  await sql`
    alter table deployments
      drop column requested_by,
      drop column deploy_mark,
      drop column sent_at,
      drop column send_count,
      drop column refused_count,
      drop column coolify_deployment_id,
      drop column cancel_requested_at,
      drop column started_at,
      drop column ended_at,
      drop column first_sequence,
      drop column last_sequence,
      drop column log_digest,
      drop column log_truncated,
      drop column log_reads_left`.execute(db)
}
