/** Sessions on a branch of their own, each in a Git worktree that no other session has. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // With a branch, the working directory is the top of the worktree. `owns_branch`: it was made for the session.
  await sql`
    alter table sessions
      add column branch varchar(250),
      add column owns_branch boolean not null default false`.execute(db)
  await sql`
    create unique index sessions_worktree_key on sessions (environment_id, working_directory)
    where branch is not null`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index sessions_worktree_key`.execute(db)
  await sql`alter table sessions drop column owns_branch, drop column branch`.execute(db)
}
