/** The keys with which environments sign in to SSH hosts. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deploy_keys (
      environment_id uuid primary key
        constraint deploy_keys_environment_id_fkey references environments on delete cascade,
      public_key text not null,
      private_key_sealed text not null,
      created_at timestamptz not null default now()
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table deploy_keys`.execute(db)
}
