/** The two key pairs of an environment's way in. Private keys leave this module only opened, and rest only sealed. */
import type { Kysely } from 'kysely'
import type { DB } from './database-types.ts'
import type { SecretBox } from './secret-box.ts'

export type KeyPair = { privateKey: string; publicKey: string }
export type EnvironmentKeys = { client: KeyPair; host: KeyPair }

const context = (column: string, environmentId: string, ownerId: string) =>
  `environment_keys|${column}|${environmentId}|${ownerId}`

export async function storeEnvironmentKeys(
  owner: { environmentId: string; ownerId: string },
  keys: EnvironmentKeys,
  secretBox: SecretBox,
  trx: Kysely<DB>,
): Promise<void> {
  const seal = (column: string, plain: string) =>
    secretBox.seal(plain, context(column, owner.environmentId, owner.ownerId))
  await trx
    .insertInto('environment_keys')
    .values({
      environment_id: owner.environmentId,
      client_private_key_sealed: seal('client_private_key_sealed', keys.client.privateKey),
      client_public_key: keys.client.publicKey,
      host_private_key_sealed: seal('host_private_key_sealed', keys.host.privateKey),
      host_public_key: keys.host.publicKey,
    })
    .execute()
}

/** Throws when the environment is gone or its keys were sealed with another key. */
export async function readEnvironmentKeys(
  environmentId: string,
  secretBox: SecretBox,
  db: Kysely<DB>,
): Promise<EnvironmentKeys> {
  const row = await db
    .selectFrom('environment_keys')
    .innerJoin('environments', 'environments.id', 'environment_keys.environment_id')
    .selectAll('environment_keys')
    .select('environments.user_id')
    .where('environment_keys.environment_id', '=', environmentId)
    .executeTakeFirstOrThrow()
  const open = (column: 'client_private_key_sealed' | 'host_private_key_sealed') =>
    secretBox.open(row[column], context(column, environmentId, row.user_id))
  return {
    client: { privateKey: open('client_private_key_sealed'), publicKey: row.client_public_key },
    host: { privateKey: open('host_private_key_sealed'), publicKey: row.host_public_key },
  }
}
