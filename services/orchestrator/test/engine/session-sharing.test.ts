/** What a share opens to another user, what it does not, and how it ends while somebody looks on. */
import {
  SessionHistory,
  SessionShare,
  SharedSessionList,
  terminalCloseCode,
  type ShareEvent,
  type TerminalMode,
} from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal, type TerminalClient, type TerminalClientOptions } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createUser, testPassword, type TestUser } from '../harness/builders.ts'
import { askTmux } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { followEvents } from '../harness/follow-events.ts'

describeOnEngine('a session that is shared', () => {
  const server = useEngineServer()
  let owner: ApiClient
  let guest: ApiClient
  let guestUser: TestUser
  let environmentId: string
  let sessionId: string
  let tmuxSessionName: string
  beforeAll(async () => {
    owner = await server().signInNew()
    guestUser = await createUser(server())
    guest = await ApiClient.signIn(server().baseUrl, { email: guestUser.email, password: testPassword })
    environmentId = (await owner.createEnvironment({ name: 'pairing' })).id
  })
  afterAll(() => owner.removeEnvironment(environmentId))
  beforeEach(async () => {
    const session = await owner.createSession({ environmentId })
    sessionId = session.id
    tmuxSessionName = session.tmuxSessionName
  })

  const attach = async (api: ApiClient, options: Partial<TerminalClientOptions> = {}) => {
    const accessToken = api.accessToken ?? ''
    const terminal = await openTerminal({ baseUrl: server().baseUrl, accessToken, sessionId, ...options })
    await terminal.waitFor(/\$/)
    return terminal
  }
  const share = async (mode: TerminalMode): Promise<string> => {
    const body = { email: guestUser.email, mode }
    const answer = await owner.request('POST', `/api/sessions/${sessionId}/shares`, { body })
    expect([200, 201]).toContain(answer.status)
    return SessionShare.parse(answer.body).id
  }
  const takeBack = (id: string) => owner.request('DELETE', `/api/sessions/${sessionId}/shares/${id}`)
  const endedWith = async (terminal: TerminalClient, code: number) => {
    expect(await terminal.closed).toBe(code)
    return terminal.messages.at(-1)
  }
  const shared = async () => {
    const { sessions } = await guest.expect(200, SharedSessionList, 'GET', '/api/shared-sessions')
    return sessions.find(({ id }) => id === sessionId)
  }
  const openings = async () => {
    const rows = await server()
      .database.db.selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'terminal.open')
      .where('target', '=', sessionId)
      .orderBy('id')
      .execute()
    return rows.map(({ user_id: userId, environment_id: of, details }) => ({ userId, of, details }))
  }

  it('to watch: shows the same screen and history, and lets nothing be typed', async () => {
    await expect(attach(guest, { mode: 'view' })).rejects.toThrow(/404/)
    await share('view')
    const typist = await attach(owner)
    await expect(attach(guest)).rejects.toThrow(/403/)
    await expect(attach(guest, { mode: 'edit' })).rejects.toThrow(/403/)
    const viewer = await attach(guest, { mode: 'view', cols: 80, rows: 24 })
    typist.type('seq -s, 40; echo seen-$((1 + 1))\r')
    const [screen] = await Promise.all([viewer.waitFor(/seen-2/), typist.waitFor(/seen-2/)])
    expect(screen).toContain('1,2,3,4,5,6,7,8,9,10')
    viewer.type('echo never-$((1 + 1))\r')
    viewer.socket.send(JSON.stringify({ type: 'input', data: 'echo never-$((1 + 1))\r' }))
    viewer.socket.send(JSON.stringify({ type: 'resize', cols: 20, rows: 5 }))
    await expect.poll(() => viewer.messages.map((message) => 'code' in message && message.code)).toContain('read_only')
    typist.type('echo last-$((1 + 1))\r')
    await Promise.all([viewer.waitFor(/last-2/), typist.waitFor(/last-2/)])
    expect(typist.text).not.toMatch(/never/)
    const size = ['display-message', '-p', '-t', `=${tmuxSessionName}:`, '#{window_width}x#{window_height}']
    expect((await askTmux(environmentId, ...size)).trim()).toBe('120x40')
    const history = await guest.expect(200, SessionHistory, 'GET', `/api/sessions/${sessionId}/history`)
    expect(history.text).toContain('seen-2')
    expect(history.text).not.toContain('never')
    const { status, mode, environment, owner: lender } = (await shared()) ?? {}
    expect({ status, mode, environment, lender }).toEqual({
      status: 'active',
      mode: 'view',
      environment: { id: environmentId, name: 'pairing', status: 'running' },
      lender: { name: 'Test User' },
    })
    const present = typist.messages.filter((message) => message.type === 'viewers').at(-1)?.viewers ?? []
    expect(present.map((watcher) => [watcher.name, watcher.mode, watcher.self])).toEqual([
      ['Test User', 'edit', true],
      ['Test User', 'view', false],
    ])
    const details = { mode: 'view', ownerId: owner.userId }
    expect(await openings()).toEqual([{ userId: guestUser.id, of: environmentId, details }])
    await Promise.all([typist.close(), viewer.close()])
  })

  it('to type: lets the other type, and start an ended session again', async () => {
    await share('edit')
    const typist = await attach(owner)
    const helper = await attach(guest)
    helper.type('echo helped-$((1 + 1))\r')
    await Promise.all([typist.waitFor(/helped-2/), helper.waitFor(/helped-2/)])
    helper.type('exit\r')
    expect(await helper.closed).toBe(terminalCloseCode.sessionEnded)
    await typist.closed
    const again = await attach(guest)
    again.type('echo again-$((1 + 1))\r')
    await again.waitFor(/again-2/)
    await again.close()
  })

  it('lowered: what was open to type ends in words, and is open to watch from then on', async () => {
    await share('edit')
    const typist = await attach(owner)
    const events = await followEvents(guest, '/api/events')
    const helper = await attach(guest)
    await share('view')
    expect(await endedWith(helper, terminalCloseCode.notAllowed)).toMatchObject({
      type: 'error',
      message: 'From now on you may only watch this session.',
    })
    await expect(attach(guest)).rejects.toThrow(/403/)
    const viewer = await attach(guest, { mode: 'view' })
    typist.type('echo still-$((1 + 1))\r')
    await viewer.waitFor(/still-2/)
    const told: Omit<ShareEvent, 'environmentId'> = { type: 'share', sessionId, mode: 'view' }
    await expect.poll(() => events.received.map(({ event }) => event)).toEqual([{ ...told, environmentId }])
    events.close()
    await Promise.all([typist.close(), viewer.close()])
  })

  it('taken back: ends what is open, lets nothing more in, and leaves the owner’s terminal alone', async () => {
    const id = await share('edit')
    const typist = await attach(owner)
    const [helper, viewer] = [await attach(guest), await attach(guest, { mode: 'view' })]
    await takeBack(id)
    for (const terminal of [helper, viewer]) {
      expect(await endedWith(terminal, terminalCloseCode.sessionMissing)).toMatchObject({
        type: 'error',
        message: 'This session is not shared with you any more.',
      })
    }
    await expect(attach(guest, { mode: 'view' })).rejects.toThrow(/404/)
    expect((await guest.request('GET', `/api/sessions/${sessionId}/history`)).status).toBe(404)
    expect(await shared()).toBeUndefined()
    typist.type('echo alone-$((1 + 1))\r')
    await typist.waitFor(/alone-2/)
    await typist.close()
  })

  it('types nothing more from the moment on in which it was taken back, whatever the client does', async () => {
    const id = await share('edit')
    const typist = await attach(owner)
    const helper = await attach(guest)
    helper.type('echo early-$((1 + 1))\r')
    await typist.waitFor(/early-2/)
    // Reads nothing more, the end of the socket neither, and types on.
    helper.socket.pause()
    await takeBack(id)
    await new Promise((resolve) => setTimeout(resolve, 500))
    helper.type('echo late-$((1 + 1))\r')
    await new Promise((resolve) => setTimeout(resolve, 500))
    typist.type('echo last-$((1 + 1))\r')
    await typist.waitFor(/last-2/)
    expect(typist.text).not.toMatch(/late/)
    helper.socket.terminate()
    await typist.close()
  })

  it('deleted: is gone for both', async () => {
    await share('view')
    const viewer = await attach(guest, { mode: 'view' })
    await owner.request('DELETE', `/api/sessions/${sessionId}`)
    // Its program ends first; either way the client knows that it is over.
    expect([terminalCloseCode.sessionEnded, terminalCloseCode.sessionMissing]).toContain(await viewer.closed)
    expect(await shared()).toBeUndefined()
  })

  it('by somebody who is disabled, or with: ends at once', async () => {
    const lender = await createUser(server())
    const lenderApi = await ApiClient.signIn(server().baseUrl, { email: lender.email, password: testPassword })
    const admin = await createUser(server(), { role: 'admin' })
    const adminApi = await ApiClient.signIn(server().baseUrl, { email: admin.email, password: testPassword })
    const setDisabled = (user: TestUser, disabled: boolean) =>
      adminApi.request('PATCH', `/api/users/${user.id}`, { body: { disabled } })
    const lent = await lenderApi.createEnvironment({ name: 'lent' })
    const session = await lenderApi.createSession({ environmentId: lent.id })
    sessionId = session.id
    const body = { email: guestUser.email, mode: 'edit' }
    await lenderApi.expect(201, SessionShare, 'POST', `/api/sessions/${sessionId}/shares`, { body })
    const terminal = await attach(guest)
    await setDisabled(lender, true)
    expect(await terminal.closed).toBe(terminalCloseCode.sessionMissing)
    await setDisabled(lender, false)
    const again = await attach(guest)
    await setDisabled(guestUser, true)
    expect(await again.closed).toBe(terminalCloseCode.signInAgain)
    const back = await ApiClient.signIn(server().baseUrl, { email: lender.email, password: testPassword })
    await back.removeEnvironment(lent.id)
  })
})
