import { Environment, Session } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIdleWatch } from '../../src/lib/idle-watch.ts'
import { listTmuxPanes } from '../../src/services/tmux.ts'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { followEvents } from '../harness/follow-events.ts'
import { openOwnReach, type OwnReach } from '../harness/own-reach.ts'

describeOnEngine('watching sessions', () => {
  const server = useEngineServer({ sessionWatch: { lingerMs: 500 } })
  let api: ApiClient
  let environmentId: string
  /** Past the server's own connections. */
  let reach: OwnReach
  let session: Session
  let other: Session
  beforeAll(async () => {
    reach = openOwnReach(server())
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
    session = await api.createSession({ environmentId, name: 'one' })
    other = await api.createSession({ environmentId, name: 'two' })
  })
  afterAll(async () => {
    reach.close()
    await api.removeEnvironment(environmentId)
  })

  const controlClients = async () => {
    const clients = await askTmux(environmentId, 'list-clients', '-F', '#{client_control_mode} #{client_pid}')
    return clients.split('\n').flatMap((line) => (line.startsWith('1 ') ? [line.slice(2)] : []))
  }
  /** What keeps it awake. */
  const lookWhetherIdle = async () => {
    const { db } = server().database
    await db.updateTable('environments').set({ idle_stop_minutes: 30 }).where('id', '=', environmentId).execute()
    await createIdleWatch({ db, reach, stop: async () => {}, log: pino({ level: 'silent' }) }).lookAtAll()
    return (await api.expect(200, Environment, 'GET', `/api/environments/${environmentId}`)).awakeReason
  }
  const type = (target: Session, text: string) =>
    askTmux(environmentId, 'send-keys', '-t', `=${target.tmuxSessionName}:`, text, 'Enter')
  const within3s = { timeout: 3_000, interval: 50 }

  it('tells what runs in sessions that nobody has opened, where, its title and its bell', async () => {
    const stream = await followEvents(api, '/api/events')
    const last = (of: Session) => stream.activity.findLast(({ sessionId }) => sessionId === of.id)
    await expect.poll(() => [last(session), last(other)], within3s).toMatchObject([{ rang: false }, { rang: false }])

    // The control connection is attached to one of the two: both must be seen.
    for (const target of [session, other]) {
      await type(target, `cd /tmp; printf '\\033]2;the \\342\\200\\256 title\\033\\\\'; sleep 100`)
      await expect
        .poll(() => last(target), within3s)
        .toMatchObject({ currentCommand: 'sleep', currentDirectory: '/tmp', title: 'the   title' })
    }
    const wasTold = stream.activity.length
    await askTmux(environmentId, 'send-keys', '-t', `=${other.tmuxSessionName}:`, 'C-c')
    await type(other, `printf '\\a'`)
    await expect.poll(() => stream.activity.slice(wasTold).some(({ rang }) => rang), within3s).toBe(true)
    expect(stream.activity.filter(({ rang }) => rang).every(({ sessionId }) => sessionId === other.id)).toBe(true)

    const late = await followEvents(api, `/api/environments/${environmentId}/events`)
    await expect
      .poll(() => late.activity.find(({ sessionId }) => sessionId === session.id)?.currentCommand)
      .toBe('sleep')
    for (const open of [stream, late]) open.close()
  })

  it('tells that a session ended by itself', async () => {
    const stream = await followEvents(api, '/api/events')
    const third = await api.createSession({ environmentId, name: 'three' })
    await expect.poll(() => stream.activity.some(({ sessionId }) => sessionId === third.id), within3s).toBe(true)
    await type(third, 'exit')
    const isDead = () =>
      stream.received.some(
        ({ event }) => event.type === 'session' && event.sessionId === third.id && event.session?.status === 'dead',
      )
    await expect.poll(isDead, within3s).toBe(true)
    stream.close()
  })

  it('does not count as a terminal, as activity, or for the size', async () => {
    const read = (id: string) => api.expect(200, Session, 'GET', `/api/sessions/${id}`)
    await expect.poll(controlClients).toEqual([])
    const before = [(await read(session.id)).lastActivity, (await read(other.id)).lastActivity]
    // tmux's clock has seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const stream = await followEvents(api, '/api/events')
    await expect.poll(controlClients, within3s).toHaveLength(1)
    expect([(await read(session.id)).status, (await read(other.id)).status]).toEqual(['inactive', 'inactive'])
    expect([(await read(session.id)).lastActivity, (await read(other.id)).lastActivity]).toEqual(before)
    expect((await reach.inside(environmentId, listTmuxPanes)).map(({ attached }) => attached)).toEqual([0, 0])
    await askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, 'C-c')
    await expect.poll(lookWhetherIdle, within3s).toBe(null)

    const target = { baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
    const terminal = await openTerminal(target)
    await expect.poll(async () => (await read(session.id)).status, within3s).toBe('active')
    expect(await lookWhetherIdle()).toBe('A terminal is attached.')
    await terminal.close()
    await expect.poll(async () => (await read(session.id)).status, within3s).toBe('inactive')
    stream.close()
  })

  it('comes back after its client was killed, and ends when nobody follows', async () => {
    const stream = await followEvents(api, '/api/events')
    await expect.poll(controlClients, within3s).toHaveLength(1)
    const [first = ''] = await controlClients()
    await inContainer(environmentId, 'kill', '-9', first)
    await expect.poll(async () => (await controlClients()).filter((pid) => pid !== first), within3s).toHaveLength(1)
    await type(other, 'cd /var')
    const isThere = () => stream.activity.some(({ currentDirectory }) => currentDirectory === '/var')
    await expect.poll(isThere, within3s).toBe(true)
    stream.close()
    await expect.poll(controlClients, within3s).toEqual([])
    expect(await askTmux(environmentId, 'list-sessions', '-F', 'x')).toBe('x\nx')
  })

  it('goes on after its own session was killed', async () => {
    const stream = await followEvents(api, '/api/events')
    const attachedTo = async () =>
      (await askTmux(environmentId, 'list-clients', '-F', '#{client_session}')).split('\n')[0] ?? ''
    await expect.poll(attachedTo, within3s).not.toBe('')
    const name = await attachedTo()
    await askTmux(environmentId, 'kill-session', '-t', `=${name}`)
    const left = name === session.tmuxSessionName ? other : session
    await expect.poll(attachedTo, within3s).toBe(left.tmuxSessionName)
    stream.close()
  })
})
