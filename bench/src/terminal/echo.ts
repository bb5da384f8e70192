/** Keystroke echo: one character into `cat`, whose terminal echoes it through tmux. Peers take turns, sample by sample. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from '@craftastic/testing/api-client'
import { summarize, time, type Summary } from '../samples.ts'
import { waitForOutput, type Peer, type PeerTerminal } from './peer.ts'

const warmUp = 50
const settleMs = 300
/** Shorter than the screen is wide: tmux does not wrap within a sample. */
export const lineLength = 60
const lineSettleMs = 30

/** Each peer in a session of its own in the same environment. */
export async function measureEcho(
  api: ApiClient,
  environmentId: string,
  peers: readonly Peer[],
  samples: number,
): Promise<Map<Peer, Summary>> {
  const opened = await Promise.all(peers.map((peer) => openEcho(api, environmentId, peer)))
  for (let index = 0; index < samples + warmUp; index++) {
    for (const { terminal, taken } of opened) {
      if (index % lineLength === lineLength - 1) await startLine(terminal)
      await sleep(1 + Math.random() * 2)
      const took = await time(() => echo(terminal, String.fromCharCode(97 + (index % 26))))
      if (index >= warmUp) taken.push(took)
    }
  }
  for (const { terminal } of opened) terminal.close()
  return new Map(opened.map(({ peer, taken }) => [peer, summarize(taken)]))
}

async function openEcho(api: ApiClient, environmentId: string, peer: Peer) {
  const session = await api.createSession({ environmentId })
  const terminal = await peer.open(session)
  await waitForOutput(terminal, '$ ')
  await sleep(settleMs)
  terminal.write('cat\r')
  await sleep(settleMs)
  const taken: number[] = []
  return { peer, terminal, taken }
}

/** Resolves with the next output after a character was typed. */
export function echo(terminal: PeerTerminal, character: string): Promise<void> {
  return new Promise((resolve) => {
    terminal.listen(() => resolve())
    terminal.write(character)
  })
}

/** The terminal echoes the line's end and `cat` repeats the line: two pieces of output, which are no sample's. */
export async function startLine(terminal: PeerTerminal): Promise<void> {
  await echo(terminal, '\r')
  await sleep(lineSettleMs)
}
