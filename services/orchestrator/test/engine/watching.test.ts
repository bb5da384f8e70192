/** Several people at one session: who may type, who decides on the size, who is told of whom. */
import { readdir } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Session, User, type TerminalServerMessage } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal, type TerminalClient, type TerminalClientOptions } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('several viewers of one session', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'shared' })).id
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const attach = async (sessionId: string, options: Partial<TerminalClientOptions> = {}) => {
    const accessToken = api.accessToken ?? ''
    const terminal = await openTerminal({ baseUrl: server().baseUrl, accessToken, sessionId, ...options })
    await untilOutput(terminal)
    return terminal
  }
  const flagsOf = async (session: Session) => {
    const flags = await askTmux(
      environmentId,
      'list-clients',
      '-t',
      `=${session.tmuxSessionName}`,
      '-F',
      '#{client_flags}',
    )
    return flags.split('\n').filter((line) => line !== '')
  }
  const lastViewers = ({ messages }: TerminalClient) =>
    messages.filter((message) => message.type === 'viewers').at(-1)?.viewers ?? []
  const errors = ({ messages }: { messages: TerminalServerMessage[] }) =>
    messages.filter((message) => message.type === 'error').map(({ code }) => code)

  it('drops what a viewer types, says so once, and gives the tmux client no say', async () => {
    const session = await api.createSession({ environmentId })
    const typist = await attach(session.id)
    const viewer = await attach(session.id, { mode: 'view' })
    viewer.type('echo never-$((1 + 1))\r')
    viewer.socket.send(JSON.stringify({ type: 'input', data: 'echo never-$((1 + 1))\r' }))
    await expect.poll(() => errors(viewer)).toEqual(['read_only'])
    typist.type('echo seen-$((1 + 1))\r')
    const [text] = await Promise.all([viewer.waitFor(/seen-2/), typist.waitFor(/seen-2/)])
    expect(text).not.toMatch(/never/)
    expect(typist.text).not.toMatch(/never/)
    expect(
      (await flagsOf(session)).filter((flags) => /ignore-size/.test(flags) && /read-only/.test(flags)),
    ).toHaveLength(1)
    await Promise.all([typist.close(), viewer.close()])
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('does not start an ended session for a viewer', async () => {
    const session = await api.createSession({ environmentId })
    await askTmux(environmentId, 'kill-session', '-t', `=${session.tmuxSessionName}`)
    const accessToken = api.accessToken ?? ''
    const options = { baseUrl: server().baseUrl, accessToken, sessionId: session.id }
    const viewer = await openTerminal({ ...options, mode: 'view' })
    expect(await viewer.closed).toBe(1000)
    expect(viewer.messages.at(-1)).toEqual({ type: 'exit' })
    expect((await api.expect(200, Session, 'GET', `/api/sessions/${session.id}`)).status).toBe('dead')
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('tells everybody who comes and goes', async () => {
    const session = await api.createSession({ environmentId })
    const typist = await attach(session.id)
    const viewer = await attach(session.id, { mode: 'view' })
    await expect
      .poll(() => lastViewers(typist).map(({ mode, self }) => ({ mode, self })))
      .toEqual([
        { mode: 'edit', self: true },
        { mode: 'view', self: false },
      ])
    await expect.poll(() => lastViewers(viewer).map(({ self }) => self)).toEqual([false, true])
    const user = await api.expect(200, User, 'GET', '/api/auth/me')
    expect(lastViewers(viewer).map(({ name }) => name)).toEqual([user.name, user.name])
    viewer.socket.terminate()
    await expect.poll(() => lastViewers(typist)).toHaveLength(1)
    await typist.close()
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('gives the window the size of who types, whatever else comes and goes', async () => {
    const session = await api.createSession({ environmentId })
    const target = `=${session.tmuxSessionName}:`
    const size = () => askTmux(environmentId, 'display-message', '-p', '-t', target, '#{window_width}x#{window_height}')
    const stays = async (expected: string) => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      expect(await size()).toBe(expected)
    }
    const a = await attach(session.id, { cols: 120, rows: 40 })
    a.type('a')
    await expect.poll(size).toBe('120x40')

    const b = await attach(session.id, { cols: 80, rows: 24 })
    await stays('120x40')
    // What xterm.js answers to an attach, and focus, is not typing.
    b.type('\x1b[>0;276;0c\x1b[I')
    await stays('120x40')
    b.type('b')
    await expect.poll(size).toBe('80x24')
    a.type('a')
    await expect.poll(size).toBe('120x40')

    const c = await attach(session.id, { cols: 100, rows: 30 })
    const viewer = await attach(session.id, { cols: 60, rows: 20, mode: 'view' })
    viewer.socket.send(JSON.stringify({ type: 'resize', cols: 50, rows: 15 }))
    viewer.type('x')
    await stays('120x40')

    b.type('b')
    await expect.poll(size).toBe('80x24')
    // The typist leaves while two others and a viewer stay: where tmux alone keeps 80x24.
    b.socket.terminate()
    await expect.poll(size).toBe('120x40')
    a.socket.send(JSON.stringify({ type: 'resize', cols: 110, rows: 35 }))
    await expect.poll(size).toBe('110x35')
    c.type('c')
    await expect.poll(size).toBe('100x30')
    await Promise.all([a.close(), c.close(), viewer.close()])
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('gives the size to who was just attaching when its owner left', async () => {
    const session = await api.createSession({ environmentId })
    const owner = await attach(session.id, { cols: 120, rows: 40 })
    // sshd's shell reads it: clients on a terminal take their time, other commands do not.
    await inContainer(environmentId, 'sh', '-c', `echo '[ -z "$SSH_TTY" ] || sleep 2' >~dev/.bashrc`)
    const accessToken = api.accessToken ?? ''
    const options = { baseUrl: server().baseUrl, accessToken, sessionId: session.id, cols: 80, rows: 24 }
    const next = await openTerminal(options)
    await expect.poll(() => next.messages.some(({ type }) => type === 'ready')).toBe(true)
    owner.socket.terminate()
    await expect.poll(() => flagsOf(session)).toEqual([])
    await untilOutput(next)
    await inContainer(environmentId, 'sh', '-c', 'rm ~dev/.bashrc')
    await expect.poll(() => flagsOf(session)).not.toEqual([])
    await expect.poll(() => flagsOf(session)).toEqual([expect.not.stringMatching(/ignore-size/)])
    await next.close()
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('leaves nothing behind after a thousand terminals that come and go', { timeout: 240_000 }, async () => {
    const session = await api.createSession({ environmentId })
    const typist = await attach(session.id)
    const other = await attach(session.id, { mode: 'view' })
    const accessToken = api.accessToken ?? ''
    const comeAndGo = async (round: number) => {
      const mode = round % 2 === 0 ? 'edit' : 'view'
      const options = { baseUrl: server().baseUrl, accessToken, sessionId: session.id, mode } as const
      const terminal = await openTerminal(round % 4 < 2 ? options : { ...options, input: `the-page-of-round-${round}` })
      // Before, at and after the attach; politely and not.
      if (round % 3 > 0) await untilOutput(terminal)
      if (round % 3 > 1) terminal.type('x')
      if (round % 5 === 0) terminal.socket.close()
      else terminal.socket.terminate()
      await terminal.closed
    }
    const together = 25
    const comeAndGoMany = async (rounds: number) => {
      for (let round = 0; round < rounds; round += together) {
        await Promise.all(Array.from({ length: together }, (_, offset) => comeAndGo(round + offset)))
      }
    }
    // One connection carries all channels: what each leaves would be processes and clients inside, descriptors here.
    const count = async () => ({
      clients: (await flagsOf(session)).length,
      pseudoTerminals: Number(await inContainer(environmentId, 'sh', '-c', 'ls -d /dev/pts/[0-9]* | wc -l')),
      processes: Number(await inContainer(environmentId, 'sh', '-c', 'ls -d /proc/[0-9]* | wc -l')),
      viewers: lastViewers(typist).length,
      attached: server().domain.terminals.countAttached(),
    })
    const settled = { timeout: 30_000, interval: 200 }

    // What grows once, pools and caches, has grown by then.
    await comeAndGoMany(together * 2)
    await expect.poll(async () => (await count()).clients, settled).toBe(2)
    await expect.poll(() => lastViewers(typist)).toHaveLength(2)
    const before = await count()
    const descriptorsBefore = await countDescriptors()
    const heapBefore = readHeapBytes()

    await comeAndGoMany(1_000)

    await expect.poll(count, settled).toEqual(before)
    // The pool of the database may have grown by a few.
    expect(await countDescriptors()).toBeLessThan(descriptorsBefore + 10)
    // Of a kept viewer, the channel alone has buffers of more than this.
    expect(readHeapBytes() - heapBefore).toBeLessThan(1_000 * 16 * 1024)
    await Promise.all([typist.close(), other.close()])
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })
})

const untilOutput = (terminal: TerminalClient) =>
  expect.poll(() => terminal.receivedBytes, { interval: 20, timeout: 20_000 }).toBeGreaterThan(0)

/** Of this process, in which the server runs. */
const countDescriptors = async () => (await readdir(`/proc/${process.pid}/fd`)).length

/** What is left once everything unreachable is collected. */
function readHeapBytes(): number {
  setFlagsFromString('--expose-gc')
  // Contexts made from now on have the function.
  runInNewContext('gc()')
  return process.memoryUsage().heapUsed
}
