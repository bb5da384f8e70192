/**
 * Keystroke echo: one character into `cat`, whose terminal echoes it through tmux. The server's terminal and the bare
 * floor take turns sample by sample, each in a session of its own in the same environment.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { openEngineTerminal } from './engine-terminal.ts'
import { summarize, type Summary } from './samples.ts'

const samples = 1000
const warmUp = 50

export type EchoResult = { server: Summary; floor: Summary }

/** Writes a character and resolves when it comes back. */
type Echo = (character: string) => Promise<void>

export async function measureEcho(api: ApiClient, environmentId: string): Promise<EchoResult> {
  const viaServer = await openServerEcho(api, environmentId)
  const viaEngine = await openEngineEcho(api, environmentId)
  const server: number[] = []
  const floor: number[] = []
  for (let index = 0; index < samples + warmUp; index++) {
    // A line of its own every 60 characters keeps tmux from wrapping within a measurement.
    const character = String.fromCharCode(97 + (index % 26))
    if (index % 60 === 59) await Promise.all([viaServer.echo('\r'), viaEngine.echo('\r')])
    await sleep(1 + Math.random() * 2)
    const first = await timeEcho(viaServer.echo, character)
    await sleep(1 + Math.random() * 2)
    const second = await timeEcho(viaEngine.echo, character)
    if (index < warmUp) continue
    server.push(first)
    floor.push(second)
  }
  viaServer.close()
  viaEngine.close()
  return { server: summarize(server), floor: summarize(floor) }
}

async function timeEcho(echo: Echo, character: string): Promise<number> {
  const startedAt = performance.now()
  await echo(character)
  return performance.now() - startedAt
}

async function openServerEcho(api: ApiClient, environmentId: string) {
  const session = await api.createSession({ environmentId })
  const terminal = await openTerminal({
    baseUrl: api.baseUrl,
    accessToken: api.accessToken ?? '',
    sessionId: session.id,
  })
  await terminal.waitFor(/\$ /)
  terminal.type('cat\r')
  await sleep(300)
  const echo: Echo = (character) =>
    new Promise((resolve) => {
      terminal.socket.once('message', () => resolve())
      terminal.type(character)
    })
  return { echo, close: () => terminal.socket.terminate() }
}

async function openEngineEcho(api: ApiClient, environmentId: string) {
  const session = await api.createSession({ environmentId })
  const terminal = await openEngineTerminal(environmentId, session.tmuxSessionName)
  let arrived = () => {}
  terminal.onData(() => arrived())
  await new Promise<void>((resolve) => (arrived = resolve))
  await sleep(500)
  terminal.write('cat\r')
  await sleep(500)
  const echo: Echo = (character) =>
    new Promise((resolve) => {
      arrived = resolve
      terminal.write(character)
    })
  return { echo, close: () => terminal.close() }
}
