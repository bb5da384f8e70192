/** The routes of the previous generation on a real engine, and what becomes of its containers. */
import { randomBytes } from 'node:crypto'
import {
  Environment,
  EnvironmentList,
  LegacyContainerCreated,
  LegacyContainerList,
  Problem,
  Session,
  Success,
} from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { createUser, testPassword } from '../harness/builders.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('containers of the previous generation', () => {
  const server = useEngineServer()

  const listEnvironments = async (client: ApiClient) =>
    (await client.expect(200, EnvironmentList, 'GET', `/api/environments/user/${client.userId}`)).environments

  it('are created with a session that runs, listed, and stopped', async () => {
    const client = await server().signInNew()
    const created = await client.expect(201, LegacyContainerCreated, 'POST', '/api/containers/create', { body: {} })
    const [environment] = await listEnvironments(client)
    expect(environment).toMatchObject({ status: 'running', containerId: created.containerId, repositoryUrl: null })
    const session = await client.expect(200, Session, 'GET', `/api/sessions/${created.sessionId}`)
    expect(session).toMatchObject({ status: 'inactive', workingDirectory: '/workspace' })

    const list = () => client.expect(200, LegacyContainerList, 'GET', '/api/containers/list')
    expect((await list()).containers).toMatchObject([{ Id: created.containerId, Status: 'Up' }])
    const short = `/api/containers/${created.containerId.slice(0, 12)}`
    await client.expect(200, Success, 'DELETE', short)
    expect(await listEnvironments(client)).toMatchObject([{ status: 'stopped' }])
    expect((await list()).containers).toMatchObject([{ Id: created.containerId, Status: 'Exited (0)' }])
    await client.expect(200, Success, 'DELETE', short)
    await client.removeEnvironment(environment?.id ?? '')
  })

  it('are created by an admin for somebody else, and once for a request that is repeated', async () => {
    const member = await server().signInNew()
    const { email } = await createUser(server(), { role: 'admin' })
    const admin = await ApiClient.signIn(server().baseUrl, { email, password: testPassword })
    const request = { body: { userId: member.userId }, headers: { 'idempotency-key': randomBytes(8).toString('hex') } }
    const [one, other] = await Promise.all(
      [1, 2].map(() => admin.expect(201, LegacyContainerCreated, 'POST', '/api/containers/create', request)),
    )
    expect(other).toEqual(one)
    const environments = await listEnvironments(member)
    expect(environments).toMatchObject([{ containerId: one?.containerId, sessions: [{ id: one?.sessionId }] }])
    await member.removeEnvironment(environments[0]?.id ?? '')
  })

  it('leave nothing behind when they cannot be created', async () => {
    const client = await server().signInNew()
    await server().database.pool.query(
      `alter table sessions add constraint sessions_broken check (status <> 'inactive') not valid`,
    )
    const failed = await client.request('POST', '/api/containers/create', { body: {} })
    await server().database.pool.query('alter table sessions drop constraint sessions_broken')
    expect(failed.status).toBe(500)
    expect(Problem.parse(failed.body).code).toBe('internal')
    for (let left = 1; left > 0; await sleep(100)) left = (await listEnvironments(client)).length
  })

  it('turn out to be stopped after an upgrade, begin with an empty workspace, and have their sessions again', async () => {
    const client = await server().signInNew()
    const containerId = randomBytes(32).toString('hex')
    const { rows } = await server().database.pool.query<{ id: string }>(
      `with legacy as (
         insert into environments (user_id, name, container_id, status, desired_state, status_reason)
         values ($1, 'Legacy Environment', $2, 'running', 'stopped', 'Its files were not moved.') returning id
       ), session as (
         insert into sessions (environment_id, name, tmux_session_name, status)
         select id, 'Legacy Session', 'session-12345678', 'active' from legacy
       ) select id from legacy`,
      [client.userId, containerId],
    )
    const url = `/api/environments/${rows[0]?.id}`
    const read = () => client.expect(200, Environment, 'GET', url)
    for (let { status } = await read(); status === 'running'; { status } = await read()) await sleep(200)
    expect(await read()).toMatchObject({
      status: 'stopped',
      statusReason: 'Its files were not moved.',
      containerId,
      operation: null,
    })

    const wait = { headers: { prefer: 'wait=60' } }
    const started = await client.expect(200, Environment, 'POST', `${url}/start`, wait)
    expect(started).toMatchObject({ status: 'running', statusReason: null, sessions: [{ status: 'inactive' }] })
    expect(started.containerId).not.toBe(containerId)
    await client.removeEnvironment(started.id)
  }, 60_000)
})
