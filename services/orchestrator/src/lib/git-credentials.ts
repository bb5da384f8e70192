/**
 * The tokens that users show to Git hosts. They come in here, rest sealed, and leave only as the header of a request to
 * their own host (`git-proxy.ts`). A user has one for each host.
 */
import { randomUUID } from 'node:crypto'
import type { GitCredential, SaveGitCredential } from '@craftastic/contract'
import { sql, type Selectable } from 'kysely'
import type { UserActor } from './actor.ts'
import { appendAudit } from './audit-log.ts'
import type { Database, Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { AppError } from './errors.ts'
import { findTokenOrigin, type GitHosts } from './git-hosts.ts'
import type { SecretBox } from './secret-box.ts'

export type GitCredentialsOptions = { db: Database; secretBox: SecretBox; gitHosts: GitHosts }
export type GitCredentials = ReturnType<typeof createGitCredentials>

type CredentialRow = Selectable<DB['git_credentials']>

/** A token with what it is shown under. Never log it. */
export type OpenedGitCredential = { id: string; username: string | null; token: string; lastFour: string }

/** One that is written again within this time was used just now anyway. */
const usedGrainMs = 60_000

export function createGitCredentials({ db, secretBox, gitHosts }: GitCredentialsOptions) {
  return {
    /** By host. */
    async listGitCredentials(actor: UserActor): Promise<GitCredential[]> {
      const rows = await db
        .selectFrom('git_credentials')
        .selectAll()
        .where('user_id', '=', actor.userId)
        .orderBy('host')
        .execute()
      return rows.map(presentGitCredential)
    },

    /** Takes the place of one that was there. @throws AppError git_host_refused */
    async saveGitCredential(actor: UserActor, host: string, input: SaveGitCredential): Promise<GitCredential> {
      requireTokenOrigin(host, gitHosts)
      return db.transaction().execute((trx) => storeGitCredential(actor, { ...input, host }, secretBox, trx))
    },

    /** @throws AppError not_found */
    async removeGitCredential(actor: UserActor, host: string): Promise<void> {
      await db.transaction().execute(async (trx) => {
        const removed = await trx
          .deleteFrom('git_credentials')
          .where('user_id', '=', actor.userId)
          .where('host', '=', host)
          .returning('last_four')
          .executeTakeFirst()
        if (removed === undefined) throw new AppError('not_found', `You have no token for "${host}".`)
        const { userId } = actor
        const details = { lastFour: removed.last_four }
        await appendAudit(
          { userId, environmentId: null, action: 'git_credential.remove', target: host, result: 'done', details },
          trx,
        )
      })
    },

    /** The token of `userId` that may be shown to `url`; null when there is none, or none for this scheme. */
    async openGitCredential(userId: string, url: URL): Promise<OpenedGitCredential | null> {
      const allowed = findTokenOrigin(url.host, gitHosts)
      if (!('origin' in allowed) || allowed.origin !== url.origin) return null
      const row = await db
        .selectFrom('git_credentials')
        .selectAll()
        .where('user_id', '=', userId)
        .where('host', '=', url.host)
        .executeTakeFirst()
      if (row === undefined) return null
      const token = secretBox.open(row.token_sealed, context(row))
      return { id: row.id, username: row.username, token, lastFour: row.last_four }
    },

    /** Its host took it. */
    async markGitCredentialUsed(credentialId: string): Promise<void> {
      await db
        .updateTable('git_credentials')
        .set({ last_used_at: sql<Date>`now()` })
        .where('id', '=', credentialId)
        .where((where) =>
          where.or([where('last_used_at', 'is', null), where('last_used_at', '<', new Date(Date.now() - usedGrainMs))]),
        )
        .execute()
    },
  }
}

/** @throws AppError git_host_refused */
export function requireTokenOrigin(host: string, gitHosts: GitHosts): void {
  const allowed = findTokenOrigin(host, gitHosts)
  if ('refused' in allowed) throw new AppError('git_host_refused', `The host "${host}" ${allowed.refused}.`)
}

/** Saves a token whose host was checked. */
export async function storeGitCredential(
  actor: UserActor,
  { host, token, username }: SaveGitCredential & { host: string },
  secretBox: SecretBox,
  trx: Transaction,
): Promise<GitCredential> {
  const { userId } = actor
  const id = await ownCredentialId(userId, host, trx)
  const values = {
    token_sealed: secretBox.seal(token, context({ id, user_id: userId })),
    last_four: token.slice(-4),
    username: username ?? null,
  }
  const row = await trx
    .insertInto('git_credentials')
    .values({ id, user_id: userId, host, ...values })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ ...values, last_used_at: null, updated_at: sql<Date>`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  const details = { lastFour: row.last_four }
  await appendAudit(
    { userId, environmentId: null, action: 'git_credential.save', target: host, result: 'done', details },
    trx,
  )
  return presentGitCredential(row)
}

/** The sealed text is bound to its row, so the id of the one that is replaced is kept. */
async function ownCredentialId(userId: string, host: string, trx: Transaction): Promise<string> {
  // Two saves at once must not both find none.
  await sql`select id from users where id = ${userId} for no key update`.execute(trx)
  const row = await trx
    .selectFrom('git_credentials')
    .select('id')
    .where('user_id', '=', userId)
    .where('host', '=', host)
    .executeTakeFirst()
  return row?.id ?? randomUUID()
}

const context = ({ id, user_id }: Pick<CredentialRow, 'id' | 'user_id'>) =>
  `git_credentials|token_sealed|${id}|${user_id}`

function presentGitCredential(row: CredentialRow): GitCredential {
  return {
    id: row.id,
    host: row.host,
    username: row.username,
    lastFour: row.last_four,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }
}
