/** What is typed over connections that break: each byte arrives once, in order, or the typist is told. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session, terminalCloseCode } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal, type TerminalClient } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('input over several connections', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'typing' })).id
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const attach = (sessionId: string, input?: string) => {
    const target = { baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId }
    return openTerminal(input === undefined ? target : { ...target, input })
  }
  const untilReady = (terminal: TerminalClient) =>
    expect.poll(() => terminal.messages.some(({ type }) => type === 'ready'), { timeout: 15_000 }).toBe(true)
  const resumeOf = async (terminal: TerminalClient) => {
    await expect.poll(() => terminal.messages[0]).toMatchObject({ type: 'resume' })
    const [first] = terminal.messages
    if (first?.type !== 'resume') throw new Error('the first message is another one')
    return first
  }
  const lastAck = ({ messages }: TerminalClient) => messages.findLast((message) => message.type === 'ack')?.bytes

  it('counts what was given to the session, and a second socket reads the count first', async () => {
    const session = await api.createSession({ environmentId })
    const input = randomUUID()
    const first = await attach(session.id, input)
    const { bytes, countId } = await resumeOf(first)
    expect(bytes).toBe(0)
    await first.waitFor(/\$ /)
    first.type('echo 漢-$((1 + 1))\r')
    await first.waitFor(/漢-2/)
    await expect.poll(() => lastAck(first)).toBe(20)
    first.socket.send(JSON.stringify({ type: 'input', data: '漢' }))
    await expect.poll(() => lastAck(first)).toBe(23)
    first.socket.terminate()
    const second = await attach(session.id, input)
    expect(await resumeOf(second)).toEqual({ type: 'resume', countId, bytes: 23 })
    const other = await attach(session.id, randomUUID())
    expect((await resumeOf(other)).countId).not.toBe(countId)
    await Promise.all([second.close(), other.close()])
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('closes the older socket of a stream, and takes nothing from it any more', async () => {
    const session = await api.createSession({ environmentId })
    const input = randomUUID()
    const first = await attach(session.id, input)
    await first.waitFor(/\$ /)
    const second = await attach(session.id, input)
    first.type('echo never\r')
    expect(await first.closed).toBe(terminalCloseCode.replaced)
    await second.waitFor(/\$ /)
    second.type('echo once-$((1 + 1))\r')
    expect(await second.waitFor(/once-2/)).not.toMatch(/never/)
    await second.close()
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('does not begin a new shell with what was typed for a program that has ended', async () => {
    const session = await api.createSession({ environmentId })
    const input = randomUUID()
    const first = await attach(session.id, input)
    await first.waitFor(/\$ /)
    first.socket.terminate()
    await first.closed
    await askTmux(environmentId, 'kill-session', '-t', `=${session.tmuxSessionName}`)
    const second = await attach(session.id, input)
    expect(await second.closed).toBe(terminalCloseCode.sessionEnded)
    expect((await api.expect(200, Session, 'GET', `/api/sessions/${session.id}`)).status).toBe('dead')
    const again = await attach(session.id, randomUUID())
    await again.waitFor(/\$ /)
    await again.close()
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })

  it('gives each byte once to the program, whenever the connection is cut', { timeout: 120_000 }, async () => {
    const session = await api.createSession({ environmentId })
    const input = randomUUID()
    const start = await attach(session.id)
    await start.waitFor(/\$ /)
    start.type('stty raw -echo; clear; cat > /tmp/typed\r')
    await expect.poll(() => inContainer(environmentId, 'pgrep', '-cx', 'cat').catch(() => '0')).toBe('1')
    await start.close()

    const text = Array.from({ length: 4_000 }, (_, index) => `${index} `).join('')
    for (let arrived = 0, cut = 0; arrived < text.length; cut++) {
      const terminal = await attach(session.id, input)
      arrived = (await resumeOf(terminal)).bytes
      await untilReady(terminal)
      // Also before the first output, when input is held.
      if (cut % 4 > 0) await expect.poll(() => terminal.receivedBytes, { interval: 5 }).toBeGreaterThan(0)
      for (let sent = arrived; sent < Math.min(arrived + 600, text.length); sent += 7) {
        terminal.type(text.slice(sent, Math.min(sent + 7, text.length)))
        if (sent % 3 === 0) await sleep(1)
      }
      // What is on the way may be anywhere by then, and arrives or not.
      await sleep(cut % 7)
      terminal.socket.terminate()
    }
    await expect.poll(() => inContainer(environmentId, 'cat', '/tmp/typed'), { timeout: 10_000 }).toBe(text.trim())
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })
})
