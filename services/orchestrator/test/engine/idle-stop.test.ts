import { Environment, holdMinutes } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import type { Updateable } from 'kysely'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Environments } from '../../src/lib/database-types.ts'
import type { EnvironmentReach } from '../../src/lib/environment-reach.ts'
import { AppError } from '../../src/lib/errors.ts'
import { createIdleWatch } from '../../src/lib/idle-watch.ts'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openOwnReach, type OwnReach } from '../harness/own-reach.ts'

const minuteMs = 60_000
const log = pino({ level: 'silent' })

describeOnEngine('idle stop', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  let reach: OwnReach
  let sessionName: string
  let sessionId: string
  const stop = vi.fn(async () => {})

  beforeAll(async () => {
    reach = openOwnReach(server())
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
  })
  beforeEach(async () => {
    await change({ idle_stop_minutes: 30, idle_since: null, awake_reason: null, held_until: null })
    const session = await api.createSession({ environmentId, name: 'main' })
    sessionName = session.tmuxSessionName
    sessionId = session.id
    await expect.poll(screen).toMatch(/\$ $/)
  })
  afterEach(async () => {
    stop.mockClear()
    await api.request('DELETE', `/api/sessions/${sessionId}`)
  })
  afterAll(async () => {
    reach.close()
    await api.removeEnvironment(environmentId)
  })

  const change = (values: Updateable<Environments>) =>
    server().database.db.updateTable('environments').set(values).where('id', '=', environmentId).execute()
  const read = () => api.expect(200, Environment, 'GET', `/api/environments/${environmentId}`)
  const screen = async () => (await askTmux(environmentId, 'capture-pane', '-p', '-t', `=${sessionName}:`)) + ' '
  const type = (line: string) => askTmux(environmentId, 'send-keys', '-t', `=${sessionName}:`, line, 'Enter')
  /** Looks as if it were `afterMinutes` later, and answers what the environment says then. */
  const look = async (afterMinutes = 0, through: EnvironmentReach = reach) => {
    const now = () => new Date(Date.now() + afterMinutes * minuteMs)
    await createIdleWatch({ db: server().database.db, reach: through, stop, log, now }).lookAtAll()
    return read()
  }
  const awakeReason = async () => (await look()).awakeReason

  it('is idle at a prompt, and says when it will be stopped', async () => {
    const { awakeReason, idleStopAt } = await look()
    expect(awakeReason).toBeNull()
    const dueInMs = Date.parse(idleStopAt ?? '') - Date.now()
    expect(dueInMs).toBeGreaterThan(29 * minuteMs)
    expect(dueInMs).toBeLessThanOrEqual(30 * minuteMs)
    expect(stop).not.toHaveBeenCalled()
  })

  it('tells a change once', async () => {
    const countEvents = async () => {
      const { db } = server().database
      const query = db.selectFrom('events').select((eb) => eb.fn.countAll<number>().as('count'))
      return (await query.where('type', '=', 'status').executeTakeFirstOrThrow()).count
    }
    const before = await countEvents()
    const { updatedAt } = await look()
    expect(await countEvents()).toBe(before + 1)
    expect((await look()).updatedAt).toBe(updatedAt)
    expect(await countEvents()).toBe(before + 1)
  })

  it('is awake while a program runs, and idle when it has ended', async () => {
    await type('sleep 1000')
    await expect.poll(awakeReason).toBe('"sleep 1000" runs in session "main".')
    expect((await look(60)).idleStopAt).toBeNull()
    expect(stop).not.toHaveBeenCalled()
    await askTmux(environmentId, 'send-keys', '-t', `=${sessionName}:`, 'C-c')
    await expect.poll(awakeReason).toBeNull()
  })

  it.each([
    ['a job in the background', 'sleep 1000 &', '"sleep 1000" runs in session "main".'],
    ['a suspended program', "sh -c 'kill -STOP $$'", '"sh" is suspended in session "main".'],
    ['a script that waits', "bash -c 'read answer'", '"bash" runs in session "main".'],
    ['a shell that works', 'while :; do :; done', '"bash" runs in session "main".'],
    ['a program with an odd name', "cp /bin/sleep '/tmp/a) R 1 (b'; '/tmp/a) R 1 (b' 1000", '"a) R 1 (b 1000"'],
  ])('is awake with %s', async (_, command, reason) => {
    await type(command)
    await expect.poll(awakeReason).toContain(reason)
  })

  it.each([
    ['a nested shell', 'bash --norc'],
    ['another nested shell', 'exec sh'],
    ['an agent', 'eval $(ssh-agent)'],
  ])('is idle with %s', async (_, command) => {
    await type(`clear; ${command}`)
    await expect.poll(screen).toMatch(/\$ $/)
    await expect.poll(awakeReason).toBeNull()
    await inContainer(environmentId, 'pkill', '-x', 'ssh-agent').catch(() => {})
  })

  it('is idle while only the server has commands inside', async () => {
    const list = () => api.request('GET', `/api/sessions/environment/${environmentId}`)
    for (let round = 0; round < 20; round++) {
      const [{ awakeReason }] = await Promise.all([look(), list(), list(), list()])
      expect(awakeReason).toBeNull()
    }
  })

  it('is awake while a job runs on without its shell', async () => {
    await type('nohup sleep 1000 & sleep 0.2; exit')
    await expect.poll(() => askTmux(environmentId, 'list-sessions')).toBe('')
    await expect.poll(awakeReason).toBe('"sleep 1000" runs in the background.')
    await inContainer(environmentId, 'pkill', '-x', 'sleep')
    await expect.poll(awakeReason).toBeNull()
  })

  it('is awake while a terminal is attached', async () => {
    const target = { baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId }
    const terminal = await openTerminal(target)
    await terminal.waitFor(/\$ /)
    expect(await awakeReason()).toBe('A terminal is attached.')
    await terminal.close()
    await expect.poll(awakeReason).toBeNull()
  })

  it('counts from the last output', async () => {
    await change({ idle_since: new Date(Date.now() - 20 * minuteMs) })
    await type('echo')
    const { idleStopAt } = await look()
    expect(Date.parse(idleStopAt ?? '')).toBeGreaterThan(Date.now() + 29 * minuteMs)
  })

  it('is stopped when its time is over, in words', async () => {
    await look()
    await look(29)
    expect(stop).not.toHaveBeenCalled()
    await look(31)
    expect(stop).toHaveBeenCalledExactlyOnceWith(
      environmentId,
      'Stopped after 30 minutes without use. The workspace is kept.',
    )
  })

  it('is left alone while somebody keeps it', async () => {
    await change({ held_until: new Date(Date.now() + holdMinutes * minuteMs) })
    await look()
    await look(holdMinutes - 1)
    expect(stop).not.toHaveBeenCalled()
    await look(holdMinutes + 1)
    expect(stop).toHaveBeenCalledOnce()
  })

  it('is not watched when it is never stopped for being idle', async () => {
    await change({ idle_stop_minutes: null })
    expect(await look(60)).toMatchObject({ awakeReason: null, idleStopAt: null })
    expect(stop).not.toHaveBeenCalled()
  })

  it('ends when it is told to, whatever a look waits for, and writes nothing then', async () => {
    const inside = vi.fn(() => new Promise<never>(() => {}))
    const watch = createIdleWatch({ db: server().database.db, reach: { inside }, stop, log })
    const end = watch.start()
    await end()
    expect(inside).not.toHaveBeenCalled()

    const ended = new AbortController()
    const round = watch.lookAtAll(ended.signal)
    await expect.poll(() => inside).toHaveBeenCalled()
    ended.abort()
    await round
    expect(await read()).toMatchObject({ awakeReason: null, idleStopAt: null })
  })

  it('is awake when it cannot be looked at', async () => {
    await look()
    const unreachable = { inside: () => Promise.reject(new AppError('environment_unreachable', 'It does not answer.')) }
    expect(await look(31, unreachable)).toMatchObject({ awakeReason: 'It could not be looked at.', idleStopAt: null })
    expect((await look(31)).awakeReason).toBeNull()
    expect(stop).not.toHaveBeenCalled()
  })
})
