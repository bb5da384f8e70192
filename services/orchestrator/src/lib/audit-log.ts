/** What was done that somebody may have to answer for. Rows are only ever added: the database refuses anything else. */
import type { Kysely } from 'kysely'
import { jsonb } from './database.ts'
import type { DB, JsonObject } from './database-types.ts'

export type AuditEntry = {
  /** In whose name. */
  userId: string
  environmentId: string | null
  action:
    | 'git_credential.save'
    | 'git_credential.remove'
    | 'git.push'
    | 'environment.hand_over'
    | 'deploy_key.make'
    | 'deploy_key.rotate'
    | 'deploy_key.sign'
    | 'deployment.deploy'
    | 'deployment.redeploy'
    | 'deployment.rollback'
    | 'deployment.cancel'
    | 'application.create'
    | 'session_share.give'
    | 'session_share.change'
    | 'session_share.take_back'
    | 'terminal.open'
  /** What it was done to, such as the URL of a repository or the fingerprint of a key. Never a secret. */
  target: string
  /** `begun` is followed by another entry of the same push or deployment, unless the server was killed under a push. */
  result: 'done' | 'begun' | 'accepted' | 'rejected' | 'failed' | 'interrupted'
  details?: JsonObject
}

/** With a transaction, kept if and only if that commits. */
export async function appendAudit(entry: AuditEntry, db: Kysely<DB>): Promise<void> {
  const { userId, environmentId, action, target, result, details = {} } = entry
  await db
    .insertInto('audit_log')
    .values({ user_id: userId, environment_id: environmentId, action, target, result, details: jsonb(details) })
    .execute()
}
