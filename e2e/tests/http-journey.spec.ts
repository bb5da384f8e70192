/** The main job over HTTP and WebSocket alone, as a program does it. */
import { Environment, Problem, SessionList } from '@craftastic/contract'
import { listLeftovers } from '@craftastic/testing/engine-leftovers'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { expect, test } from '../support/fixtures.ts'

test('from sign-in to a deleted environment', async ({ api, server, git }) => {
  const environment = await api.createEnvironment({ name: 'journey', repositoryUrl: git.projectUrl })
  expect(environment).toMatchObject({ status: 'running', branch: git.projectBranch, statusReason: null })
  expect(environment.operation).toMatchObject({ kind: 'create', state: 'succeeded' })
  expect((await listLeftovers(server.instanceId)).map((line) => line.split(' ')[0]).sort()).toEqual([
    'container',
    'network',
    'volume',
  ])

  const session = await api.createSession({ environmentId: environment.id, name: 'main' })
  const target = { baseUrl: server.baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
  const first = await openTerminal(target)
  await first.waitFor(/\$ /)
  first.type('echo "commits: $(git log --oneline | wc -l)"\r')
  await first.waitFor(new RegExp(`^commits: ${git.projectCommits}\\s`, 'm'))
  await first.close()

  const second = await openTerminal(target)
  await second.waitFor(new RegExp(`commits: ${git.projectCommits}`))
  second.type('whoami; pwd\r')
  await second.waitFor(/dev\s+\/workspace/)
  const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${environment.id}`)
  expect(sessions).toMatchObject([{ id: session.id, status: 'active' }])

  await api.deleteEnvironment(environment.id)
  expect(await second.closed).toBe(4410)
  expect(await listLeftovers(server.instanceId)).toEqual([])
  expect((await api.request('GET', `/api/environments/${environment.id}`)).status).toBe(404)
})

test('a program keeps running while the server is killed', async ({ api, server }) => {
  const environment = await api.createEnvironment({ name: 'survivor' })
  const session = await api.createSession({ environmentId: environment.id, name: 'counter' })
  const target = { baseUrl: server.baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
  const before = await openTerminal(target)
  await before.waitFor(/\$ /)
  before.type('i=0; while sleep 0.2; do i=$((i+1)); echo "tick-$i-tock"; done\r')
  await before.waitFor(/tick-3-tock/)

  await server.crash()
  expect(await before.closed).toBe(1006)
  await server.restart()

  const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${environment.id}`)
  expect(sessions).toMatchObject([{ id: session.id, status: 'inactive', currentCommand: 'sleep' }])
  const after = await openTerminal(target)
  await after.waitFor(/tick-\d{2,}-tock/)
  after.type('\x03')
  await after.waitFor(/\^C/)
  await after.close()
  await api.deleteEnvironment(environment.id)
})

test('a create that the server was killed in goes on after the restart', async ({ api, server, git }) => {
  const created = await api.expect(202, Environment, 'POST', '/api/environments', {
    body: { name: 'cut short', repositoryUrl: git.projectUrl },
  })
  await server.crash()
  await server.restart()
  const read = () => api.expect(200, Environment, 'GET', `/api/environments/${created.id}`)
  await expect.poll(async () => (await read()).status, { timeout: 40_000 }).toBe('running')
  await api.deleteEnvironment(created.id)
})

test('a polite stop ends at once with terminals open, and what ran goes on', async ({ api, server, git }) => {
  const environment = await api.createEnvironment({ name: 'polite' })
  const session = await api.createSession({ environmentId: environment.id })
  const target = { baseUrl: server.baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
  const terminal = await openTerminal(target)
  await terminal.waitFor(/\$ /)
  terminal.type('sleep 1234\r')
  const cloning = await api.expect(202, Environment, 'POST', '/api/environments', {
    body: { name: 'cloning', repositoryUrl: git.hangingUrl },
  })

  const startedAt = Date.now()
  expect(await server.stop()).toBe(0)
  expect(Date.now() - startedAt).toBeLessThan(10_000)
  expect(await terminal.closed).toBe(1012)
  await server.restart()

  const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${environment.id}`)
  expect(sessions).toMatchObject([{ id: session.id, status: 'inactive', currentCommand: 'sleep' }])
  for (const { id } of [environment, cloning]) await api.deleteEnvironment(id)
})

test('an environment is stopped, started and restarted, and keeps its work', async ({ api }) => {
  const { id } = await api.createEnvironment({ name: 'rest' })
  const session = await api.createSession({ environmentId: id, name: 'main' })
  const target = { baseUrl: api.baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
  const before = await openTerminal(target)
  await before.waitFor(/\$ /)
  before.type('echo precious > /workspace/file; sleep 1000\r')
  const act = (verb: string) =>
    api.expect(200, Environment, 'POST', `/api/environments/${id}/${verb}`, { headers: { prefer: 'wait=60' } })
  expect(await act('stop')).toMatchObject({ status: 'stopped', desiredState: 'stopped' })
  expect(await before.closed).toBe(4410)
  expect(await act('start')).toMatchObject({ status: 'running' })

  const after = await openTerminal(target)
  await after.waitFor(/A new shell: the container had ended/)
  after.type('cat /workspace/file\r')
  await after.waitFor(/^precious/m)
  expect(await act('restart')).toMatchObject({ status: 'running', operation: { kind: 'restart', state: 'succeeded' } })
  expect(await after.closed).toBe(4410)
  await api.deleteEnvironment(id)
})

test('below the floor of free disk nothing new is made, and what runs goes on', async ({ api, server }) => {
  const { id } = await api.createEnvironment({ name: 'settled' })
  const session = await api.createSession({ environmentId: id })
  await server.stop()
  await server.restart({ DISK_FLOOR: '900000g' })
  const refused = await api.request('POST', '/api/environments', { body: { name: 'one too many' } })
  expect(refused.status).toBe(507)
  expect(Problem.parse(refused.body)).toMatchObject({ code: 'disk_full', detail: expect.stringMatching(/free/) })
  const terminal = await openTerminal({
    baseUrl: server.baseUrl,
    accessToken: api.accessToken ?? '',
    sessionId: session.id,
  })
  await terminal.waitFor(/\$ /)
  terminal.type('echo still-$((40 + 2))\r')
  await terminal.waitFor(/still-42/)
  await terminal.close()
  await server.stop()
  await server.restart()
  await api.deleteEnvironment(id)
})

test('the metrics tell of the work, and only to programs on this machine', async ({ api, server }) => {
  const { id } = await api.createEnvironment({ name: 'counted' })
  const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text()
  expect(metrics).toMatch(/^craftastic_operations_total\{kind="create",outcome="succeeded"\} \d+$/m)
  expect(metrics).toMatch(/^craftastic_environments\{status="running"\} 1$/m)
  expect(metrics).toMatch(/^craftastic_engine_call_duration_seconds_count\{call="startContainer",outcome="ok"\} \d+$/m)
  const forwarded = await fetch(`${server.baseUrl}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
  expect(forwarded.status).toBe(403)
  await api.deleteEnvironment(id)
})
