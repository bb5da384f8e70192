/**
 * From opening the WebSocket to the prompt of a new session, and to the redraw of an existing one; beside the floor,
 * from starting the exec to the redraw.
 */
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { openEngineTerminal } from './engine-terminal.ts'
import { summarize, time, type Summary } from './samples.ts'

const rounds = 30

export type ConnectionResult = { prompt: Summary; redraw: Summary; floorRedraw: Summary }

export async function measureConnection(api: ApiClient, environmentId: string): Promise<ConnectionResult> {
  const prompt: number[] = []
  const redraw: number[] = []
  const floorRedraw: number[] = []
  for (let round = 0; round < rounds; round++) {
    const session = await api.createSession({ environmentId })
    prompt.push(await time(() => attach(api, session.id, /\$ /)))
    redraw.push(await time(() => attach(api, session.id, /\$ /)))
    floorRedraw.push(await time(() => attachByEngine(environmentId, session.tmuxSessionName)))
    await api.request('DELETE', `/api/sessions/${session.id}`)
  }
  return { prompt: summarize(prompt), redraw: summarize(redraw), floorRedraw: summarize(floorRedraw) }
}

async function attach(api: ApiClient, sessionId: string, pattern: RegExp): Promise<void> {
  const terminal = await openTerminal({ baseUrl: api.baseUrl, accessToken: api.accessToken ?? '', sessionId })
  await terminal.waitFor(pattern)
  terminal.socket.terminate()
}

async function attachByEngine(environmentId: string, tmuxSessionName: string): Promise<void> {
  const terminal = await openEngineTerminal(environmentId, tmuxSessionName)
  let screen = ''
  await new Promise<void>((resolve) => {
    terminal.onData((chunk) => {
      screen += chunk.toString('utf8')
      if (screen.includes('$ ')) resolve()
    })
  })
  terminal.close()
}
