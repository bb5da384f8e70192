import { Problem, Session, SessionList, Success } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('sessions', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const list = async () =>
    (await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${environmentId}`)).sessions
  const read = (id: string) => api.expect(200, Session, 'GET', `/api/sessions/${id}`)
  const update = (id: string, body: object) => api.expect(200, Session, 'PATCH', `/api/sessions/${id}`, { body })
  const remove = (id: string) => api.expect(200, Success, 'DELETE', `/api/sessions/${id}`)
  const namesInTmux = async () => (await askTmux(environmentId, 'list-sessions', '-F', '#{session_name}')).split('\n')

  it('exists in tmux when it was created, in its directory, and is gone when it was deleted', async () => {
    const session = await api.createSession({ environmentId, name: 'logs', workingDirectory: '/tmp' })
    expect(session).toMatchObject({ name: 'logs', status: 'inactive', workingDirectory: '/tmp' })
    expect(session.tmuxSessionName).toBe(`session-${session.id.slice(0, 8)}`)
    expect(await namesInTmux()).toContain(session.tmuxSessionName)
    const target = `=${session.tmuxSessionName}:`
    expect(await askTmux(environmentId, 'display-message', '-p', '-t', target, '#{pane_current_path}')).toBe('/tmp')

    await remove(session.id)
    expect(await namesInTmux()).not.toContain(session.tmuxSessionName)
    expect((await api.request('GET', `/api/sessions/${session.id}`)).status).toBe(404)
  })

  it('tells what runs in it', async () => {
    const session = await api.createSession({ environmentId })
    await askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, 'sleep 500', 'Enter')
    await expect.poll(async () => (await read(session.id)).currentCommand).toBe('sleep')
    await remove(session.id)
  })

  it('is dead when it was killed from inside, and an attach revives it in its directory', async () => {
    const session = await api.createSession({ environmentId, workingDirectory: '/var/tmp' })
    await askTmux(environmentId, 'kill-session', '-t', `=${session.tmuxSessionName}`)
    expect(await list()).toContainEqual(expect.objectContaining({ id: session.id, status: 'dead' }))

    const target = { baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
    const terminal = await openTerminal(target)
    await terminal.waitFor(/\$ /)
    terminal.type('pwd\r')
    await terminal.waitFor(/^\/var\/tmp\s*$/m)
    await expect.poll(async () => (await read(session.id)).status).toBe('active')
    await terminal.close()
    await expect.poll(async () => (await read(session.id)).status).toBe('inactive')
    await remove(session.id)
  })

  it('is killed and revived by PATCH', async () => {
    const session = await api.createSession({ environmentId })
    expect((await update(session.id, { status: 'dead' })).status).toBe('dead')
    expect(await namesInTmux()).not.toContain(session.tmuxSessionName)
    expect((await update(session.id, { status: 'inactive' })).status).toBe('inactive')
    expect(await namesInTmux()).toContain(session.tmuxSessionName)
    await remove(session.id)
  })

  it('has a name of its own in its environment', async () => {
    const [first, second] = [
      await api.createSession({ environmentId, name: 'one' }),
      await api.createSession({ environmentId, name: 'two' }),
    ]
    const taken = await api.request('PATCH', `/api/sessions/${second.id}`, { body: { name: 'one' } })
    expect(Problem.parse(taken.body)).toMatchObject({ code: 'name_taken', status: 409 })
    expect((await update(second.id, { name: 'three' })).name).toBe('three')
    const again = await api.request('POST', '/api/sessions', { body: { environmentId, name: 'one' } })
    expect(Problem.parse(again.body)).toMatchObject({ code: 'name_taken', status: 409 })
    await remove(first.id)
    await remove(second.id)
  })

  it('refuses a directory that is not there, and makes nothing', async () => {
    const before = await namesInTmux()
    const body = { environmentId, workingDirectory: '/no/such#(touch /tmp/run-by-tmux)' }
    const answer = await api.request('POST', '/api/sessions', { body })
    expect(Problem.parse(answer.body)).toMatchObject({ code: 'directory_missing', status: 422 })
    expect(await list()).toEqual([])
    expect(await namesInTmux()).toEqual(before)
  })

  it('takes a directory whose name looks like commands literally', async () => {
    const directory = "/tmp/a b;$(touch x)'#(touch y)#{session_name}"
    await inContainer(environmentId, 'mkdir', '-p', directory)
    const session = await api.createSession({ environmentId, workingDirectory: directory })
    const target = `=${session.tmuxSessionName}:`
    expect(await askTmux(environmentId, 'display-message', '-p', '-t', target, '#{pane_current_path}')).toBe(directory)
    expect(await inContainer(environmentId, 'sh', '-c', 'ls /tmp/x /tmp/y ~/x ~/y 2>/dev/null || true')).toBe('')
    await remove(session.id)
  })

  it('survives the loss of its tmux server as dead sessions', async () => {
    const session = await api.createSession({ environmentId })
    await askTmux(environmentId, 'kill-server')
    expect(await list()).toMatchObject([{ id: session.id, status: 'dead' }])
    expect((await update(session.id, { status: 'active' })).status).toBe('inactive')
    await remove(session.id)
  })

  it('goes on after the connection into the environment was cut', async () => {
    const session = await api.createSession({ environmentId })
    await inContainer(environmentId, 'sh', '-c', 'kill -9 $(pgrep -f "^sshd-session: dev@")')
    expect(await list()).toMatchObject([{ id: session.id, status: 'inactive' }])
    await remove(session.id)
  })

  it('cannot be made while the environment does not run, and is dead in it', async () => {
    const other = await api.createEnvironment({ name: 'stopped' })
    const session = await api.createSession({ environmentId: other.id })
    await api.request('POST', `/api/environments/${other.id}/stop`, { headers: { prefer: 'wait=30' } })
    const refused = await api.request('POST', '/api/sessions', { body: { environmentId: other.id } })
    expect(Problem.parse(refused.body)).toMatchObject({ code: 'environment_not_running', status: 409 })
    const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${other.id}`)
    expect(sessions).toMatchObject([{ id: session.id, status: 'dead' }])
    await api.removeEnvironment(other.id)
  })
})
