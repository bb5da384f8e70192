/** The two key pairs of an environment's way in. Private keys leave this module only opened, and rest only sealed. */
import type { Kysely, Selectable } from 'kysely'
import { generateSshKeyPair } from '../services/ssh-keys.ts'
import type { Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import type { SecretBox } from './secret-box.ts'

export type KeyPair = { privateKey: string; publicKey: string }
export type EnvironmentKeys = { client: KeyPair; host: KeyPair }

const context = (column: string, environmentId: string, ownerId: string) =>
  `environment_keys|${column}|${environmentId}|${ownerId}`

/** The keys of an environment, made when it has none yet. */
export async function ensureEnvironmentKeys(
  owner: { id: string; user_id: string },
  secretBox: SecretBox,
  db: Kysely<DB>,
): Promise<EnvironmentKeys> {
  const stored = await findKeys(owner.id, db)
  if (stored !== undefined) return openKeys(stored, secretBox)
  const keys = { client: generateSshKeyPair('craftastic'), host: generateSshKeyPair('craftastic host') }
  const seal = (column: string, plain: string) => secretBox.seal(plain, context(column, owner.id, owner.user_id))
  await db
    .insertInto('environment_keys')
    .values({
      environment_id: owner.id,
      client_private_key_sealed: seal('client_private_key_sealed', keys.client.privateKey),
      client_public_key: keys.client.publicKey,
      host_private_key_sealed: seal('host_private_key_sealed', keys.host.privateKey),
      host_public_key: keys.host.publicKey,
    })
    // Another server may do the same work meanwhile; both must use the same keys.
    .onConflict((conflict) => conflict.column('environment_id').doNothing())
    .execute()
  return readEnvironmentKeys(owner.id, secretBox, db)
}

/** Throws when the environment is gone, has no keys yet, or they were sealed with another key. */
export async function readEnvironmentKeys(
  environmentId: string,
  secretBox: SecretBox,
  db: Kysely<DB>,
): Promise<EnvironmentKeys> {
  const row = await findKeys(environmentId, db)
  if (row === undefined) throw new Error(`environment ${environmentId} has no keys`)
  return openKeys(row, secretBox)
}

/** The private keys are sealed for their owner: whoever takes the environment over needs them sealed anew. */
export async function resealEnvironmentKeys(
  { environmentId, from, to }: { environmentId: string; from: string; to: string },
  secretBox: SecretBox,
  trx: Transaction,
): Promise<void> {
  const stored = await findKeys(environmentId, trx)
  if (stored === undefined) return
  const reseal = (column: 'client_private_key_sealed' | 'host_private_key_sealed') =>
    secretBox.seal(
      secretBox.open(stored[column], context(column, environmentId, from)),
      context(column, environmentId, to),
    )
  await trx
    .updateTable('environment_keys')
    .set({
      client_private_key_sealed: reseal('client_private_key_sealed'),
      host_private_key_sealed: reseal('host_private_key_sealed'),
    })
    .where('environment_id', '=', environmentId)
    .execute()
}

type StoredKeys = Selectable<DB['environment_keys']> & { user_id: string }

async function findKeys(environmentId: string, db: Kysely<DB>): Promise<StoredKeys | undefined> {
  return db
    .selectFrom('environment_keys')
    .innerJoin('environments', 'environments.id', 'environment_keys.environment_id')
    .selectAll('environment_keys')
    .select('environments.user_id')
    .where('environment_keys.environment_id', '=', environmentId)
    .executeTakeFirst()
}

function openKeys(row: StoredKeys, secretBox: SecretBox): EnvironmentKeys {
  const open = (column: 'client_private_key_sealed' | 'host_private_key_sealed') =>
    secretBox.open(row[column], context(column, row.environment_id, row.user_id))
  return {
    client: { privateKey: open('client_private_key_sealed'), publicKey: row.client_public_key },
    host: { privateKey: open('host_private_key_sealed'), publicKey: row.host_public_key },
  }
}
