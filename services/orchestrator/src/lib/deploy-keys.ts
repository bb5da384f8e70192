/**
 * The key with which an environment signs in to SSH hosts: made here, shown in its public half, used by
 * `deploy-key-agent.ts` alone. The private half rests sealed and never enters a container.
 */
import type { DeployKey } from '@craftastic/contract'
import { sql, type Kysely, type Selectable } from 'kysely'
import { fingerprintOf, generateSshKeyPair, type SshKeyPair } from '../services/ssh-keys.ts'
import type { UserActor } from './actor.ts'
import { appendAudit, type AuditEntry } from './audit-log.ts'
import type { Database, Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { lockOwnEnvironment, requireEnvironment } from './environment-access.ts'
import { AppError } from './errors.ts'
import { keepAnswer } from './idempotency.ts'
import type { SecretBox } from './secret-box.ts'

export type DeployKeysOptions = { db: Database; secretBox: SecretBox }
export type DeployKeys = ReturnType<typeof createDeployKeys>

type DeployKeyRow = Selectable<DB['deploy_keys']>
type KeyOwner = { id: string; user_id: string; name: string }

export function createDeployKeys({ db, secretBox }: DeployKeysOptions) {
  return {
    /** @throws AppError not_found, when the environment has none as well */
    async getDeployKey(actor: UserActor, environmentId: string): Promise<DeployKey> {
      const { id, name } = await requireEnvironment(actor, environmentId, db)
      const row = await findRow(id, db)
      if (row === undefined) throw new AppError('not_found', `The environment "${name}" has no deploy key.`)
      return presentDeployKey(row)
    },

    /** Answers the one that is there, however often it is asked for. */
    async makeDeployKey(actor: UserActor, environmentId: string): Promise<DeployKey> {
      return db.transaction().execute(async (trx) => {
        const environment = await lockOwnEnvironment(actor, environmentId, trx)
        const row = await findRow(environment.id, trx)
        return presentDeployKey(row ?? (await addDeployKey(environment, actor.userId, secretBox, trx)))
      })
    },

    /** From now on there is another one, and the one before signs nothing any more. */
    async rotateDeployKey(actor: UserActor, environmentId: string): Promise<DeployKey> {
      return db.transaction().execute(async (trx) => {
        const environment = await lockOwnEnvironment(actor, environmentId, trx)
        const row = await storeKey(environment, actor.userId, 'deploy_key.rotate', secretBox, trx)
        const answer = presentDeployKey(row)
        await keepAnswer(actor, answer, trx)
        return answer
      })
    },
  }
}

/** The first key of an environment. */
export function addDeployKey(
  owner: KeyOwner,
  requestedBy: string,
  secretBox: SecretBox,
  trx: Transaction,
): Promise<DeployKeyRow> {
  return storeKey(owner, requestedBy, 'deploy_key.make', secretBox, trx)
}

/** A key that may be used now, and in whose name. Never log it. */
export type OpenedDeployKey = SshKeyPair & { userId: string }

/** Null when there is none, or its owner was disabled. */
export async function openDeployKey(
  environmentId: string,
  secretBox: SecretBox,
  db: Kysely<DB>,
): Promise<OpenedDeployKey | null> {
  const row = await selectUsable(environmentId, db).select('deploy_keys.private_key_sealed').executeTakeFirst()
  if (row === undefined) return null
  const privateKey = secretBox.open(row.private_key_sealed, context(environmentId, row.user_id))
  return { publicKey: row.public_key, privateKey, userId: row.user_id }
}

/** One line as in `authorized_keys`; null as with `openDeployKey`. */
export async function findPublicDeployKey(environmentId: string, db: Kysely<DB>): Promise<string | null> {
  return (await selectUsable(environmentId, db).executeTakeFirst())?.public_key ?? null
}

/** The private half is sealed for its owner, as those of `environment-keys.ts`. */
export async function resealDeployKey(
  { environmentId, from, to }: { environmentId: string; from: string; to: string },
  secretBox: SecretBox,
  trx: Transaction,
): Promise<void> {
  const row = await findRow(environmentId, trx)
  if (row === undefined) return
  const privateKey = secretBox.open(row.private_key_sealed, context(environmentId, from))
  await trx
    .updateTable('deploy_keys')
    .set({ private_key_sealed: secretBox.seal(privateKey, context(environmentId, to)) })
    .where('environment_id', '=', environmentId)
    .execute()
}

function selectUsable(environmentId: string, db: Kysely<DB>) {
  return db
    .selectFrom('deploy_keys')
    .innerJoin('environments', 'environments.id', 'deploy_keys.environment_id')
    .innerJoin('users', 'users.id', 'environments.user_id')
    .select(['deploy_keys.public_key', 'environments.user_id'])
    .where('deploy_keys.environment_id', '=', environmentId)
    .where('users.disabled_at', 'is', null)
}

async function storeKey(
  { id, user_id: ownerId, name }: KeyOwner,
  requestedBy: string,
  action: AuditEntry['action'],
  secretBox: SecretBox,
  trx: Transaction,
): Promise<DeployKeyRow> {
  const { publicKey, privateKey } = generateSshKeyPair(`craftastic-${toComment(name)}`)
  const values = { public_key: publicKey, private_key_sealed: secretBox.seal(privateKey, context(id, ownerId)) }
  const row = await trx
    .insertInto('deploy_keys')
    .values({ environment_id: id, ...values })
    .onConflict((conflict) =>
      conflict.column('environment_id').doUpdateSet({ ...values, created_at: sql<Date>`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  const target = fingerprintOf(publicKey)
  await appendAudit({ userId: requestedBy, environmentId: id, action, target, result: 'done' }, trx)
  return row
}

function findRow(environmentId: string, db: Kysely<DB>): Promise<DeployKeyRow | undefined> {
  return db.selectFrom('deploy_keys').selectAll().where('environment_id', '=', environmentId).executeTakeFirst()
}

/** Git hosts take it for the title of the key. */
function toComment(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-')
}

const context = (environmentId: string, ownerId: string) => `deploy_keys|private_key_sealed|${environmentId}|${ownerId}`

function presentDeployKey({ public_key: publicKey, created_at: createdAt }: DeployKeyRow): DeployKey {
  return { publicKey, fingerprint: fingerprintOf(publicKey), createdAt: createdAt.toISOString() }
}
