/** What makes an environment run and what ends it, on a real engine. */
import { randomUUID } from 'node:crypto'
import { Environment, Operation, OperationList, Problem, Session, SessionList } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { beforeAll, expect, it } from 'vitest'
import { stopIdleEnvironment } from '../../src/lib/stop-idle-environment.ts'
import { askTmux, docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

const wait = { prefer: 'wait=60' }

describeOnEngine('the life of an environment', () => {
  const server = useEngineServer()
  let api: ApiClient
  beforeAll(async () => {
    api = await server().signInNew()
  })
  const read = (id: string) => api.expect(200, Environment, 'GET', `/api/environments/${id}`)
  const act = (id: string, verb: string) =>
    api.expect(200, Environment, 'POST', `/api/environments/${id}/${verb}`, { headers: wait })
  const ask = (id: string, verb: string) => api.expect(202, Environment, 'POST', `/api/environments/${id}/${verb}`)
  const history = async (id: string) =>
    (await api.expect(200, OperationList, 'GET', `/api/environments/${id}/operations`)).operations
  const kinds = async (id: string) => (await history(id)).map(({ kind, state }) => `${kind} ${state}`)
  const readContainer = (id: string) => docker('inspect', '-f', '{{.Id}} {{.State.Running}}', nameOf(id))
  const listNetworks = (id: string) => docker('network', 'ls', '-q', '--filter', `name=${nameOf(id)}`)

  it('stops with everything kept, and starts with new shells in the places of the old ones', async () => {
    const { id } = await api.createEnvironment({ name: 'rest' })
    await inContainer(id, 'sh', '-c', 'mkdir /workspace/deep; echo work > /workspace/deep/file; echo mine > ~/home')
    const session = await api.createSession({ environmentId: id, name: 'main', workingDirectory: '/workspace/deep' })
    const closed = await api.createSession({ environmentId: id, name: 'closed' })
    await api.expect(200, Session, 'PATCH', `/api/sessions/${closed.id}`, { body: { status: 'dead' } })
    const [containerId] = (await readContainer(id)).split(' ')

    const stopped = await act(id, 'stop')
    expect(stopped).toMatchObject({ status: 'stopped', desiredState: 'stopped', statusReason: null })
    expect(stopped.sessions?.map(({ status }) => status)).toEqual(['dead', 'dead'])
    expect(await readContainer(id)).toBe(`${containerId} false`)
    expect(await listNetworks(id)).toBe('')
    const refused = await api.request('POST', '/api/sessions', { body: { environmentId: id } })
    expect(Problem.parse(refused.body).code).toBe('environment_not_running')

    const started = await act(id, 'start')
    expect(started).toMatchObject({ status: 'running', desiredState: 'running', containerId })
    expect(await inContainer(id, 'sh', '-c', 'cat /workspace/deep/file ~/home')).toBe('work\nmine')
    const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${id}`)
    expect(sessions.map(({ name, status, restoredAt }) => [name, status, restoredAt !== null])).toEqual([
      ['main', 'inactive', true],
      ['closed', 'dead', false],
    ])
    const panes = await askTmux(id, 'list-panes', '-t', `=${session.tmuxSessionName}`, '-F', '#{pane_current_path}')
    expect(panes).toBe('/workspace/deep')
    await expect
      .poll(() => askTmux(id, 'capture-pane', '-p', '-t', `=${session.tmuxSessionName}:`))
      .toMatch(/A new shell: the container had ended/)
    expect(await kinds(id)).toEqual(['start succeeded', 'stop succeeded', 'create succeeded'])
    await api.deleteEnvironment(id)
  })

  it('restarts, and makes a container that was lost while it was stopped again', async () => {
    const { id } = await api.createEnvironment({ name: 'again', repositoryUrl: server().git.projectUrl })
    await inContainer(id, 'sh', '-c', 'echo work > /workspace/file')
    await api.createSession({ environmentId: id, name: 'main' })
    const bootOf = () => inContainer(id, 'stat', '-c', '%Z', '/proc/1')
    const before = await bootOf()
    const restarted = await act(id, 'restart')
    expect(restarted).toMatchObject({ status: 'running', operation: { kind: 'restart', state: 'succeeded' } })
    expect(restarted.operation?.steps.map(({ name }) => name)).toEqual([
      'stop',
      'network',
      'volume',
      'container',
      'connection',
      'ready',
    ])
    expect(await bootOf()).not.toBe(before)
    await act(id, 'stop')
    await docker('rm', '--force', nameOf(id))
    expect(await act(id, 'start')).toMatchObject({ status: 'running' })
    expect(await inContainer(id, 'cat', '/workspace/file')).toBe('work')
    await api.deleteEnvironment(id)
  })

  it('answers what is so already, without new work', async () => {
    const { id } = await api.createEnvironment({ name: 'so already' })
    expect(await ask(id, 'start')).toMatchObject({ status: 'running' })
    await act(id, 'stop')
    expect(await ask(id, 'stop')).toMatchObject({ status: 'stopped' })
    const retry = await api.request('POST', `/api/environments/${id}/retry`)
    expect(Problem.parse(retry.body)).toMatchObject({ code: 'environment_busy', status: 409 })
    expect(await kinds(id)).toEqual(['stop succeeded', 'create succeeded'])
    await api.deleteEnvironment(id)
    const gone = await api.request('POST', `/api/environments/${id}/start`)
    expect(gone.status).toBe(404)
  })

  it('lets the last wish win, however quickly they follow each other', async () => {
    const { id } = await api.createEnvironment({ name: 'wishes' })
    await Promise.all(['stop', 'start', 'restart', 'stop', 'start'].map((verb) => ask(id, verb)))
    await ask(id, 'start')
    await ask(id, 'stop')
    expect(await act(id, 'start')).toMatchObject({ status: 'running', desiredState: 'running' })
    expect((await readContainer(id)).split(' ')[1]).toBe('true')
    await ask(id, 'start')
    await ask(id, 'stop')
    await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('stopped')
    expect((await readContainer(id)).split(' ')[1]).toBe('false')
    const states = (await history(id)).map(({ state }) => state)
    expect(states.every((state) => state === 'succeeded' || state === 'cancelled')).toBe(true)
    await api.deleteEnvironment(id)
  })

  it('cancels a create into a stopped environment, which a start then finishes', async () => {
    const body = { name: 'called off', repositoryUrl: server().git.hangingUrl }
    const { id, operation } = await api.expect(202, Environment, 'POST', '/api/environments', { body })
    const step = async () => (await read(id)).operation?.steps.find(({ name }) => name === 'clone')?.state
    await expect.poll(step, { timeout: 10_000 }).toBe('running')
    const path = `/api/operations/${operation?.id}/cancel`
    expect(await api.expect(200, Operation, 'POST', path)).toMatchObject({ state: 'cancelled', kind: 'create' })
    await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('stopped')
    expect((await read(id)).statusReason).toMatch(/cancelled/)
    expect(await api.expect(200, Operation, 'POST', path)).toMatchObject({ state: 'cancelled' })
    const again = await ask(id, 'start')
    expect(again.operation?.steps.map(({ name }) => name)).toContain('clone')
    const other = await server().signInNew()
    expect((await other.request('POST', `/api/operations/${again.operation?.id}/cancel`)).status).toBe(404)
    const deleting = await api.request('DELETE', `/api/environments/${id}`)
    expect(deleting.status).toBe(202)
    const deletion = (await history(id).catch(() => []))[0]
    if (deletion !== undefined) {
      const refused = await api.request('POST', `/api/operations/${deletion.id}/cancel`)
      expect([404, 409]).toContain(refused.status)
    }
    await expect.poll(async () => (await api.request('GET', `/api/environments/${id}`)).status).toBe(404)
  })

  it('brings back what ended unasked, says why, and keeps the workspace', async () => {
    const { id } = await api.createEnvironment({ name: 'phoenix', repositoryUrl: server().git.projectUrl })
    await inContainer(id, 'sh', '-c', 'echo precious > /workspace/precious.txt')
    const session = await api.createSession({ environmentId: id, name: 'main' })
    const reasons: [() => Promise<string>, RegExp][] = [
      [() => docker('kill', nameOf(id)), /was killed/],
      [() => inContainer(id, 'kill', '-TERM', '1'), /was asked to end/],
      [() => docker('kill', '--signal', 'KILL', nameOf(id)), /was killed/],
    ]
    for (const [end, words] of reasons) {
      await end()
      await expect.poll(async () => (await read(id)).statusReason, { timeout: 5_000 }).toMatch(words)
      await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('running')
      const back = await read(id)
      expect(back.statusReason).toMatch(/was started again; the programs that ran in it have ended/)
      expect(back.operation).toMatchObject({ kind: 'recover', state: 'succeeded', requestedBy: null })
      expect(back.sessions?.find((each) => each.id === session.id)).toMatchObject({ status: 'inactive' })
      expect(back.sessions?.[0]?.restoredAt).not.toBeNull()
      expect(await inContainer(id, 'cat', '/workspace/precious.txt')).toBe('precious')
    }
    // The fourth time within ten minutes it is left for people to look at.
    await docker('kill', nameOf(id))
    await expect.poll(async () => (await read(id)).status, { timeout: 5_000 }).toBe('error')
    expect((await read(id)).statusReason).toMatch(/brought back 3 times within 10 minutes/)
    expect(await act(id, 'retry')).toMatchObject({ status: 'running', statusReason: null })
    expect(await inContainer(id, 'cat', '/workspace/precious.txt')).toBe('precious')
    await api.deleteEnvironment(id)
  })

  it('makes a container again that somebody removed', async () => {
    const { id } = await api.createEnvironment({ name: 'removed' })
    await inContainer(id, 'sh', '-c', 'echo precious > /workspace/precious.txt')
    await docker('rm', '--force', nameOf(id))
    await expect.poll(async () => (await read(id)).statusReason, { timeout: 5_000 }).toMatch(/was (removed|killed)/)
    // The engine ends it first and removes it then: it may be brought back in between, and once more after that.
    const readFile = () => inContainer(id, 'cat', '/workspace/precious.txt').catch(() => 'not yet')
    await expect.poll(readFile, { timeout: 30_000 }).toBe('precious')
    await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('running')
    await api.deleteEnvironment(id)
  })

  it('renames, and refuses a name that is taken', async () => {
    const one = await api.createEnvironment({ name: 'one' })
    const two = await api.createEnvironment({ name: 'two' })
    const rename = (name: string) => api.request('PATCH', `/api/environments/${two.id}`, { body: { name } })
    expect((await rename('three')).body).toMatchObject({ name: 'three', status: 'running' })
    expect(Problem.parse((await rename('one')).body)).toMatchObject({ code: 'name_taken', status: 409 })
    expect(Problem.parse((await rename('$(id)')).body)).toMatchObject({ code: 'validation_failed', status: 400 })
    await api.deleteEnvironment(one.id)
    await api.deleteEnvironment(two.id)
  })

  it('pages through the history', async () => {
    const { id } = await api.createEnvironment({ name: 'history' })
    await act(id, 'stop')
    await act(id, 'start')
    const page = (query: string) => api.expect(200, OperationList, 'GET', `/api/environments/${id}/operations?${query}`)
    const first = (await page('limit=2')).operations
    expect(first.map(({ kind }) => kind)).toEqual(['start', 'stop'])
    const second = (await page(`limit=2&before=${first[1]?.createdAt}`)).operations
    expect(second.map(({ kind }) => kind)).toEqual(['create'])
    expect((await api.request('GET', `/api/environments/${id}/operations?limit=0`)).status).toBe(400)
    await api.deleteEnvironment(id)
  })

  it('stops when nobody has used it for as long as was set, unless it is held', async () => {
    const { id } = await api.createEnvironment({ name: 'idle' })
    const patch = (idleStopMinutes: number | null) =>
      api.expect(200, Environment, 'PATCH', `/api/environments/${id}`, { body: { idleStopMinutes } })
    expect(await patch(30)).toMatchObject({ idleStopMinutes: 30, idleStopAt: null })
    const { db } = server().database
    const idleSince = new Date(Date.now() - 40 * 60_000)
    await db.updateTable('environments').set({ idle_since: idleSince }).where('id', '=', id).execute()
    const held = await api.expect(200, Environment, 'POST', `/api/environments/${id}/hold`)
    expect(Date.parse(held.heldUntil ?? '') - Date.now()).toBeGreaterThan(119 * 60_000)
    expect(held.idleStopAt).toBe(held.heldUntil)
    const words = 'Stopped after 30 minutes without use.'
    await stopIdleEnvironment(id, words, db)
    expect(await read(id)).toMatchObject({ status: 'running' })

    const released = await api.expect(200, Environment, 'DELETE', `/api/environments/${id}/hold`)
    expect(released).toMatchObject({
      heldUntil: null,
      idleStopAt: new Date(idleSince.getTime() + 30 * 60_000).toISOString(),
    })
    await stopIdleEnvironment(id, words, db)
    await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('stopped')
    expect(await read(id)).toMatchObject({ statusReason: words, operation: { kind: 'stop', requestedBy: null } })
    const refused = await api.request('POST', `/api/environments/${id}/hold`)
    expect(Problem.parse(refused.body).code).toBe('environment_not_running')
    expect(await act(id, 'start')).toMatchObject({ statusReason: null, idleStopAt: null, idleStopMinutes: 30 })
    expect(await patch(null)).toMatchObject({ idleStopMinutes: null })
    expect((await api.request('PATCH', `/api/environments/${id}`, { body: { idleStopMinutes: 0 } })).status).toBe(400)
    await api.deleteEnvironment(id)
  })

  it('does the same once under the same key', async () => {
    const { id } = await api.createEnvironment({ name: 'keys' })
    const headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.request('POST', `/api/environments/${id}/restart`, { headers })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const ids = answers.map(({ body }) => Environment.parse(body).operation?.id)
    expect(new Set(ids).size).toBe(1)
    await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('running')
    expect(await kinds(id)).toEqual(['restart succeeded', 'create succeeded'])
    await api.deleteEnvironment(id)
  })
})
