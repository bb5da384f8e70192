import { randomUUID } from 'node:crypto'
import { EnvironmentList, HandedOver } from '@craftastic/contract'
import { beforeAll, expect, it } from 'vitest'
import { addDeployKey, openDeployKey } from '../src/lib/deploy-keys.ts'
import { ensureEnvironmentKeys } from '../src/lib/environment-keys.ts'
import { SecretBox } from '../src/lib/secret-box.ts'
import { readSecrets } from '../src/lib/secrets.ts'
import { createEnvironmentRow, createUser, signIn, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()
let admin: SignedInUser
beforeAll(async () => {
  admin = await signIn(server(), { role: 'admin' })
})

const handOver = (from: string, toUserId: string, { headers }: SignedInUser = admin) =>
  server().app.inject({ method: 'POST', url: `/api/users/${from}/hand-over`, headers, payload: { toUserId } })

const set = (id: string, values: { name?: string; status?: string }) =>
  server().database.db.updateTable('environments').set(values).where('id', '=', id).execute()

it('gives all environments of a disabled user to another, with their keys, and writes it down', async () => {
  const { db } = server().database
  const [from, to] = [await createUser(server(), { disabled: true }), await signIn(server())]
  const [one, other] = [await createEnvironmentRow(server(), from.id), await createEnvironmentRow(server(), from.id)]
  await set(one, { name: 'x'.repeat(64) })
  await set(await createEnvironmentRow(server(), to.id), { name: 'x'.repeat(64) })
  const secretBox = new SecretBox(readSecrets(server().config).encryptionKey)
  const keys = await ensureEnvironmentKeys({ id: one, user_id: from.id }, secretBox, db)
  const keyOwner = { id: one, user_id: from.id, name: 'one' }
  const deployKey = await db.transaction().execute((trx) => addDeployKey(keyOwner, from.id, secretBox, trx))

  expect(readBody(await handOver(from.id, to.id), HandedOver)).toEqual({ environments: 2 })

  const list = await server().app.inject({ url: `/api/environments/user/${to.id}`, headers: to.headers })
  const { environments } = readBody(list, EnvironmentList)
  expect(environments).toHaveLength(3)
  expect(environments.find(({ id }) => id === one)?.name).toBe(`${'x'.repeat(62)} 2`)
  expect(await ensureEnvironmentKeys({ id: one, user_id: to.id }, secretBox, db)).toEqual(keys)
  expect(await openDeployKey(one, secretBox, db)).toMatchObject({ publicKey: deployKey.public_key, userId: to.id })
  const audit = await db.selectFrom('audit_log').selectAll().where('user_id', '=', admin.id).execute()
  expect(audit.map(({ action, environment_id: id, target }) => [action, id, target]).sort()).toEqual(
    [one, other].map((id) => ['environment.hand_over', id, to.email]).sort(),
  )
  expect(readBody(await handOver(from.id, to.id), HandedOver)).toEqual({ environments: 0 })
})

it('refuses while somebody may be at work in them, and to nobody', async () => {
  const [active, from, to] = [
    await createUser(server()),
    await createUser(server(), { disabled: true }),
    await signIn(server()),
  ]
  const id = await createEnvironmentRow(server(), from.id)
  expectProblem(await handOver(active.id, to.id), 'environment_busy')
  await set(id, { status: 'starting' })
  expectProblem(await handOver(from.id, to.id), 'environment_busy')
  await set(id, { status: 'stopped' })
  expectProblem(await handOver(from.id, randomUUID()), 'not_found')
  expectProblem(await handOver(randomUUID(), to.id), 'not_found')
  expectProblem(await handOver(to.id, from.id), 'not_found')
  expectProblem(await handOver(from.id, to.id, to), 'not_allowed')
  const row = await server()
    .database.db.selectFrom('environments')
    .select('user_id')
    .where('id', '=', id)
    .executeTakeFirst()
  expect(row?.user_id).toBe(from.id)
})
