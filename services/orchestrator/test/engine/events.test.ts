import { Environment } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { followEvents } from '../harness/follow-events.ts'

describeOnEngine('events', () => {
  const server = useEngineServer()
  let api: ApiClient
  beforeAll(async () => {
    api = await server().signInNew()
  })

  it('follow the life of an environment, and read on from where one left off', async () => {
    const stream = await followEvents(api, '/api/events')
    expect(stream.mediaType).toMatch(/^text\/event-stream/)
    const environment = await api.createEnvironment({ name: 'watched', repositoryUrl: server().git.projectUrl })
    const session = await api.createSession({ environmentId: environment.id })
    await expect.poll(() => stream.received.at(-1)?.event).toMatchObject({ type: 'session', sessionId: session.id })

    const statuses = stream.received.flatMap(({ event }) =>
      event.type === 'status' ? [event.environment?.status] : [],
    )
    expect(statuses).toEqual(['starting', 'running'])
    const operations = stream.received.flatMap(({ event }) => (event.type === 'operation' ? [event] : []))
    const running = operations.flatMap(
      ({ operation }) => operation.steps.find(({ state }) => state === 'running')?.name ?? [],
    )
    expect([...new Set(running)]).toEqual(['network', 'volume', 'container', 'connection', 'clone', 'ready'])
    expect(operations.flatMap(({ lines }) => lines).join('\n')).toMatch(/Cloning into/)
    expect(operations.at(-1)?.operation.state).toBe('succeeded')
    const ids = stream.received.map(({ id }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))

    const half = stream.received[Math.floor(stream.received.length / 2)]?.id ?? 0
    const resumed = await followEvents(api, '/api/events', { 'last-event-id': String(half) })
    await expect.poll(() => resumed.received.map(({ id }) => id)).toEqual(ids.filter((id) => id > half))

    const only = await followEvents(api, `/api/environments/${environment.id}/events`)
    const other = await api.createEnvironment({ name: 'unwatched' })
    await api.removeEnvironment(other.id)
    await api.removeEnvironment(environment.id)
    await expect
      .poll(() => only.received.at(-1)?.event)
      .toEqual({ type: 'status', environmentId: environment.id, environment: null })
    expect(only.received.every(({ event }) => event.environmentId === environment.id)).toBe(true)
    for (const open of [stream, resumed, only]) open.close()
  })

  it('end when one signs out', async () => {
    const other = await server().signInNew()
    const stream = await followEvents(other, '/api/events')
    await other.request('POST', '/api/auth/logout', { body: {} })
    await stream.ended
    const again = await fetch(`${server().baseUrl}/api/events`, {
      headers: { authorization: `Bearer ${other.accessToken}` },
    })
    expect(again.status).toBe(401)
  })

  it('go on after the connection to the database was cut', async () => {
    const stream = await followEvents(api, '/api/events')
    const { db } = server().database
    const { sql } = await import('kysely')
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'craftastic events' and datname = current_database()`.execute(
      db,
    )
    const answer = await api.request('POST', '/api/environments', { body: { name: 'after the cut' } })
    const { id } = Environment.parse(answer.body)
    const seen = () =>
      stream.received.some(({ event }) => event.type === 'status' && event.environment?.status === 'running')
    await expect.poll(seen, { timeout: 15_000 }).toBe(true)
    stream.close()
    await api.removeEnvironment(id)
  })
})
