/** With whom a session is shared. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table session_shares (
      id uuid primary key default gen_random_uuid(),
      session_id uuid not null
        constraint session_shares_session_id_fkey references sessions on delete cascade,
      user_id uuid not null
        constraint session_shares_user_id_fkey references users on delete cascade,
      mode varchar(4) not null constraint session_shares_mode_check check (mode in ('view', 'edit')),
      created_at timestamptz not null default now(),
      constraint session_shares_session_id_user_id_key unique (session_id, user_id)
    )`.execute(db)
  await sql`create index session_shares_user_id_index on session_shares (user_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table session_shares`.execute(db)
}
