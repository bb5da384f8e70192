import { EnvironmentList } from '@craftastic/contract'
import { expect, it } from 'vitest'
import { signIn, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp({ env: { MAX_ENVIRONMENTS_PER_USER: '4', MAX_RUNNING_PER_USER: '2', DISK_FLOOR: '0' } })

const create = ({ headers }: SignedInUser, name: string) =>
  server().app.inject({ method: 'POST', url: '/api/environments', headers, payload: { name } })
const act = ({ headers }: SignedInUser, id: string, verb: string) =>
  server().app.inject({ method: 'POST', url: `/api/environments/${id}/${verb}`, headers })
const list = async ({ id, headers }: SignedInUser) => {
  const url = `/api/environments/user/${id}`
  return readBody(await server().app.inject({ url, headers }), EnvironmentList).environments
}
/** No engine works here: what was asked to stop is stopped by hand. */
const stopAll = ({ id }: SignedInUser) =>
  server()
    .database.db.updateTable('environments')
    .set({ status: 'stopped', desired_state: 'stopped' })
    .where('user_id', '=', id)
    .execute()

it('lets only so many of one user run, however many are asked for at once', async () => {
  const user = await signIn(server())
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => create(user, name)))
  expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(2)
  for (const answer of answers.filter(({ statusCode }) => statusCode !== 202)) {
    expect(expectProblem(answer, 'quota_exceeded', 409).detail).toMatch(/2 environments running.*Stop one/)
  }
  expect(await list(user)).toHaveLength(2)

  const other = await signIn(server())
  expect((await create(other, 'a')).statusCode).toBe(202)
})

it('counts a start and a restart of what does not run, and not of what does', async () => {
  const user = await signIn(server())
  await create(user, 'first')
  await stopAll(user)
  await create(user, 'second')
  await create(user, 'third')
  const [third, , first] = await list(user)
  expectProblem(await act(user, first?.id ?? '', 'start'), 'quota_exceeded', 409)
  expectProblem(await act(user, first?.id ?? '', 'restart'), 'quota_exceeded', 409)
  expect((await act(user, third?.id ?? '', 'restart')).statusCode).toBe(202)
  expect((await act(user, third?.id ?? '', 'stop')).statusCode).toBe(202)
  expect((await act(user, first?.id ?? '', 'start')).statusCode).toBe(202)
})

it('lets one user have only so many, running or not', async () => {
  const user = await signIn(server())
  for (const name of ['a', 'b', 'c', 'd']) {
    expect((await create(user, name)).statusCode).toBe(202)
    await stopAll(user)
  }
  expect(expectProblem(await create(user, 'e'), 'quota_exceeded', 409).detail).toMatch(/4 environments.*Delete one/)
})

it('takes no more starts of anybody while very many wait', async () => {
  const { db } = server().database
  const { id: ownerId } = await signIn(server())
  const names = Array.from({ length: 500 }, (_, number) => `waits ${number}`)
  const environments = await db
    .insertInto('environments')
    .values(names.map((name) => ({ user_id: ownerId, name, status: 'starting' })))
    .returning('id')
    .execute()
  await db
    .insertInto('operations')
    .values(environments.map(({ id }) => ({ environment_id: id, kind: 'start', state: 'queued' })))
    .execute()
  const user = await signIn(server())
  const refused = await create(user, 'too much')
  expect(expectProblem(refused, 'queue_full', 429).detail).toMatch(/\d{3} environments are waiting/)
  expect(refused.headers['retry-after']).toBe('60')
  expect(await list(user)).toEqual([])
  await db.updateTable('operations').set({ state: 'cancelled' }).where('state', '=', 'queued').execute()
  expect((await create(user, 'enough')).statusCode).toBe(202)
})

it('shows the place in line, people before what the server does by itself', async () => {
  const { db } = server().database
  await db.updateTable('operations').set({ state: 'cancelled' }).where('state', '=', 'queued').execute()
  const user = await signIn(server())
  await create(user, 'one')
  await create(user, 'two')
  const positions = async () => (await list(user)).map(({ name, operation }) => [name, operation?.queuePosition])
  expect(await positions()).toEqual([
    ['two', 2],
    ['one', 1],
  ])
  await db
    .updateTable('operations')
    .set({ kind: 'recover' })
    .where('environment_id', '=', (await list(user))[1]?.id ?? '')
    .execute()
  expect(await positions()).toEqual([
    ['two', 1],
    ['one', 2],
  ])
})
