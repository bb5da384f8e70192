import { Environment, Session } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal, type TerminalClient, type TerminalClientOptions } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux, docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('terminals', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const attach = (sessionId: string, options: Partial<TerminalClientOptions> = {}) =>
    openTerminal({ baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId, ...options })
  const clients = async () => {
    const lines = await askTmux(environmentId, 'list-clients', '-F', '#{client_session}')
    return lines.split('\n').filter((line) => line !== '')
  }
  const withTerminal = async (work: (terminal: TerminalClient, session: Session) => Promise<void>) => {
    const session = await api.createSession({ environmentId })
    const terminal = await attach(session.id)
    await terminal.waitFor(/\$ /)
    await work(terminal, session)
    terminal.socket.terminate()
    await api.request('DELETE', `/api/sessions/${session.id}`)
  }

  it('says that it is ready, with the size it took', () =>
    withTerminal(async (terminal, session) => {
      expect(terminal.messages[0]).toEqual({ type: 'ready', sessionId: session.id, cols: 120, rows: 40 })
      terminal.type('stty size\r')
      await terminal.waitFor(/^40 120\s*$/m)
    }))

  it('resizes', () =>
    withTerminal(async (terminal) => {
      terminal.socket.send(JSON.stringify({ type: 'resize', cols: 101, rows: 33 }))
      await expect
        .poll(async () => {
          terminal.type('stty size\r')
          return terminal.text
        })
        .toMatch(/^33 101\s*$/m)
    }))

  it('takes input as JSON, too, and answers rubbish with an error', () =>
    withTerminal(async (terminal) => {
      for (const rubbish of ['{', '{"type":"nope"}', '{"type":"resize","cols":0,"rows":1}'])
        terminal.socket.send(rubbish)
      terminal.socket.send(JSON.stringify({ type: 'input', data: 'echo $((6 * 7))-json\r' }))
      await terminal.waitFor(/42-json/)
      expect(terminal.messages.filter(({ type }) => type === 'error')).toHaveLength(3)
    }))

  it.each([0, 6_000])('types no answer that tmux has had, or no longer waits for (%i ms after the attach)', (delayMs) =>
    withTerminal(async (terminal, session) => {
      const target = `=${session.tmuxSessionName}:`
      terminal.type('clear; cat -v\r')
      await expect
        .poll(() => askTmux(environmentId, 'display', '-p', '-t', target, '#{pane_current_command}'))
        .toBe('cat')
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      for (let time = 0; time < 3; time++) {
        for (const answer of ['\x1b[?1;2c', '\x1b[>0;276;0c', '\x1bP>|xterm.js(6.0.0)\x1b\\']) terminal.type(answer)
      }
      terminal.type('typed\r')
      await terminal.waitFor(/typed[^]*typed/)
      expect(await askTmux(environmentId, 'capture-pane', '-p', '-t', target)).toMatch(/^typed\ntyped\s*$/)
    }),
  )

  it('passes bytes untouched in both directions', () =>
    withTerminal(async (terminal) => {
      terminal.type('printf "%s" "ünï 🙂 漢字" | od -An -tx1\r')
      await terminal.waitFor(/c3 bc 6e c3 af 20 f0 9f 99 82 20 e6 bc a2 e5 ad/)
      terminal.type('echo "漢字-$((1 + 1))-🙂"\r')
      await terminal.waitFor(/漢字-2-🙂/)
    }))

  it('takes a large paste whole', () =>
    withTerminal(async (terminal) => {
      const line = `${'x'.repeat(99)}\n`
      const bytes = 300_000
      terminal.type(`stty -echo; head -c ${bytes} | sha256sum; stty echo\r`)
      await terminal.waitFor(/sha256sum/)
      await new Promise((resolve) => setTimeout(resolve, 500))
      const paste = line.repeat(bytes / line.length)
      for (let offset = 0; offset < bytes; offset += 32_768) terminal.type(paste.slice(offset, offset + 32_768))
      const { createHash } = await import('node:crypto')
      await terminal.waitFor(new RegExp(createHash('sha256').update(paste).digest('hex')), { timeoutMs: 30_000 })
    }))

  it('refuses a frame over 64 KiB', () =>
    withTerminal(async (terminal) => {
      terminal.socket.send(Buffer.alloc(64 * 1024 + 1))
      expect(await terminal.closed).toBe(1009)
    }))

  it('sends away who asks on and on and reads none of the answers', { timeout: 180_000 }, () =>
    withTerminal(async (terminal) => {
      terminal.socket.pause()
      const sockets = server().app.websocketServer.clients
      const isSentAway = () => [...sockets].some((socket) => socket.readyState === socket.CLOSING)
      // Their answers are more than the sockets between have room for.
      for (let asked = 0; asked < 400_000 && !isSentAway(); asked += 4_000) {
        for (let count = 0; count < 4_000; count++) terminal.socket.send('{')
        await expect.poll(() => terminal.socket.bufferedAmount, { timeout: 20_000, interval: 10 }).toBe(0)
      }
      for (const { bufferedAmount } of sockets) expect(bufferedAmount).toBeLessThan(2 * 1024 * 1024)
      terminal.socket.resume()
      expect(await terminal.closed).toBe(1013)
    }),
  )

  it('shows two clients the same screen', () =>
    withTerminal(async (terminal, session) => {
      const other = await attach(session.id)
      await other.waitFor(/\$ /)
      terminal.type('echo seen-by-$((1 + 1))\r')
      await Promise.all([terminal.waitFor(/seen-by-2/), other.waitFor(/seen-by-2/)])
      await other.close()
    }))

  it('attaches to exactly the session that was asked for', async () => {
    const session = await api.createSession({ environmentId })
    await askTmux(environmentId, 'kill-session', '-t', `=${session.tmuxSessionName}`)
    await askTmux(
      environmentId,
      'new-session',
      '-d',
      '-s',
      `${session.tmuxSessionName}-longer`,
      'echo intruder; sleep 500',
    )
    const terminal = await attach(session.id)
    const text = await terminal.waitFor(/\$ /)
    expect(text).not.toMatch(/intruder/)
    await terminal.close()
    await askTmux(environmentId, 'kill-session', '-t', `=${session.tmuxSessionName}-longer`)
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it.each([
    ['a polite close', (terminal: TerminalClient) => terminal.socket.close()],
    ['a cut connection', (terminal: TerminalClient) => terminal.socket.terminate()],
  ])('leaves no tmux client behind after %s', async (_, drop) => {
    const session = await api.createSession({ environmentId })
    for (let round = 0; round < 5; round++) {
      const terminal = await attach(session.id)
      if (round % 2 === 0) await terminal.waitFor(/\$ /)
      drop(terminal)
      await terminal.closed
    }
    await expect.poll(clients).toEqual([])
    expect(await askTmux(environmentId, 'has-session', '-t', `=${session.tmuxSessionName}`)).toBe('')
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('detaches a viewer that stalls, and one acknowledgement brings back the screen', async () => {
    const session = await api.createSession({ environmentId })
    const terminal = await attach(session.id, { acknowledge: false })
    await terminal.waitFor(/\$ /)
    terminal.socket.send(JSON.stringify({ type: 'ack', bytes: 1 }))
    terminal.type("while :; do printf '\\033[%dm%0120d\\n' $((RANDOM % 8 + 30)) $RANDOM; done\r")
    await expect.poll(clients, { timeout: 20_000, interval: 200 }).toEqual([])
    const received = terminal.receivedBytes
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(terminal.receivedBytes).toBe(received)
    expect(received).toBeLessThan(1024 * 1024)

    const ready = terminal.messages.length
    terminal.socket.send(JSON.stringify({ type: 'ack', bytes: received }))
    await expect.poll(() => terminal.messages.slice(ready)).toMatchObject([{ type: 'ready' }])
    await expect.poll(() => terminal.receivedBytes).toBeGreaterThan(received)
    // ^C bites although the viewer is behind again.
    terminal.type('\x03')
    await expect
      .poll(() =>
        askTmux(
          environmentId,
          'display-message',
          '-p',
          '-t',
          `=${session.tmuxSessionName}:`,
          '#{pane_current_command}',
        ),
      )
      .toBe('bash')
    terminal.socket.terminate()
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it.each([
    ['acknowledges', (terminal: TerminalClient) => terminal.socket.send('{"type":"ack","bytes":999999999}')],
    ['types', (terminal: TerminalClient) => terminal.type('echo not-for-a-new-shell\r')],
  ])('tells a viewer that stalled and then %s that the program ended meanwhile', async (_, comeBack) => {
    const session = await api.createSession({ environmentId })
    const terminal = await attach(session.id, { acknowledge: false })
    await terminal.waitFor(/\$ /)
    terminal.socket.send(JSON.stringify({ type: 'ack', bytes: 1 }))
    terminal.type("while :; do printf '\\033[%dm%0120d\\n' $((RANDOM % 8 + 30)) $RANDOM; done\r")
    await expect.poll(clients, { timeout: 20_000, interval: 200 }).toEqual([])
    await askTmux(environmentId, 'kill-session', '-t', `=${session.tmuxSessionName}`)
    const before = terminal.text.length
    comeBack(terminal)
    expect(await terminal.closed).toBe(1000)
    expect(terminal.messages.at(-1)).toEqual({ type: 'exit' })
    // Neither a new shell nor complaints of tmux.
    expect(terminal.text.slice(before).trim()).toBe('')
    expect((await api.expect(200, Session, 'GET', `/api/sessions/${session.id}`)).status).toBe('dead')
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('tells that the program ended', async () => {
    const session = await api.createSession({ environmentId })
    const terminal = await attach(session.id)
    await terminal.waitFor(/\$ /)
    terminal.type('exit\r')
    expect(await terminal.closed).toBe(1000)
    expect(terminal.messages.at(-1)).toEqual({ type: 'exit' })
    expect((await api.expect(200, Session, 'GET', `/api/sessions/${session.id}`)).status).toBe('dead')
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('attaches again when tmux was told to detach', () =>
    withTerminal(async (terminal, session) => {
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      await askTmux(environmentId, 'detach-client', '-s', `=${session.tmuxSessionName}`)
      await expect.poll(() => terminal.messages.filter(({ type }) => type === 'ready')).toHaveLength(2)
      terminal.type('echo back-$((40 + 2))\r')
      await terminal.waitFor(/back-42/)
    }))

  it('closes with 4404 when the session is deleted', () =>
    withTerminal(async (terminal, session) => {
      await api.request('DELETE', `/api/sessions/${session.id}`)
      // Its program ends first; either way the client knows that it is over.
      expect([1000, 4404]).toContain(await terminal.closed)
    }))

  it('closes with 4401 when the viewer signs out, and takes nothing more from a client that leaves it open', async () => {
    const other = await server().signInNew()
    const environment = await other.createEnvironment({ name: 'brief' })
    const session = await other.createSession({ environmentId: environment.id })
    const terminal = await attach(session.id, { accessToken: other.accessToken ?? '' })
    await terminal.waitFor(/\$ /)
    const deaf = await attach(session.id, { accessToken: other.accessToken ?? '' })
    deaf.type('touch /tmp/early\r')
    const list = () => inContainer(environment.id, 'ls', '/tmp')
    await expect.poll(list).toContain('early')
    deaf.socket.pause()
    await other.request('POST', '/api/auth/logout', { body: {} })
    expect(await terminal.closed).toBe(4401)
    deaf.type('touch /tmp/late\r')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await list()).not.toContain('late')
    deaf.socket.terminate()
    await expect(attach(session.id, { accessToken: other.accessToken ?? '' })).rejects.toThrow(/401/)
    const row = await server()
      .database.db.selectFrom('environments')
      .select('user_id')
      .where('id', '=', environment.id)
      .executeTakeFirstOrThrow()
    const actor = { type: 'user', userId: row.user_id, role: 'member', authSessionId: '' } as const
    const operation = await server().domain.lifecycle.deleteEnvironment(actor, environment.id)
    await server().domain.operations.waitForOperation(operation, 30, AbortSignal.timeout(30_000))
  })

  it('closes with 4410 when the container was lost, and takes up again when it is back', async () => {
    const environment = await api.createEnvironment({ name: 'lost' })
    const session = await api.createSession({ environmentId: environment.id })
    const terminal = await attach(session.id)
    await terminal.waitFor(/\$ /)
    await docker('kill', nameOf(environment.id))
    expect(await terminal.closed).toBe(4410)
    const path = `/api/environments/${environment.id}`
    // Its row may still say "running" from before.
    const isRecovered = async () => {
      const { status, statusReason } = await api.expect(200, Environment, 'GET', path)
      return status === 'running' && statusReason !== null
    }
    await expect.poll(isRecovered, { timeout: 30_000 }).toBe(true)
    const again = await attach(session.id)
    await again.waitFor(/A new shell: the container had ended/)
    await api.expect(200, Environment, 'POST', `${path}/stop`, { headers: { prefer: 'wait=30' } })
    expect(await again.closed).toBe(4410)
    expect(await (await attach(session.id)).closed).toBe(4410)
    await api.removeEnvironment(environment.id)
  })

  it('opens many at once on one connection', async () => {
    const session = await api.createSession({ environmentId })
    const terminals = await Promise.all(Array.from({ length: 30 }, () => attach(session.id)))
    await Promise.all(terminals.map((terminal) => terminal.waitFor(/\$ /)))
    const connections = await inContainer(environmentId, 'sh', '-c', 'pgrep -fc "^sshd-session: dev@"')
    expect(Number(connections)).toBe(1)
    for (const terminal of terminals) terminal.socket.terminate()
    await expect.poll(clients).toEqual([])
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })
})
