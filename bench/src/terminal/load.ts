/** What many terminals cost the server, and how many of them it serves at once. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { summarize, time, type Summary } from '../samples.ts'
import { echo, lineLength, startLine } from './echo.ts'
import { waitForOutput, type Peer, type PeerTerminal } from './peer.ts'

const settleMs = 3_000
const capacitySamples = 1_000

/** 40 KB/s: 20 lines of 100 bytes, twenty times a second, by one program that starts no others. */
function printer(bufferedLines: number): string {
  const rest = 20 / bufferedLines
  return `perl -e '$|=1; while (1) { print +("x" x 98 . "\\n") x ${bufferedLines} for 1 .. ${rest}; select undef, undef, undef, 0.05 }'`
}

/** How programs write to a terminal: each line by itself, as most do; or what they have at once, as those with a buffer. */
export const shapes = [
  { name: 'a write for each line', program: printer(1) },
  { name: 'a write for 20 lines', program: printer(20) },
] as const
export type Shape = (typeof shapes)[number]

export type MemoryResult = { terminals: number; rssBytes: number }
export type CapacityResult = { terminals: number; echo: Summary }

/** Resident memory of the server process with so many idle terminals attached. */
export async function measureMemory(
  sessions: readonly Session[],
  peer: Peer,
  serverPid: number,
  counts: readonly number[],
): Promise<MemoryResult[]> {
  const results: MemoryResult[] = []
  const opened: PeerTerminal[] = []
  for (const terminals of counts) {
    while (opened.length < terminals) opened.push(await openAt(sessions, opened.length, peer))
    await sleep(settleMs)
    results.push({ terminals, rssBytes: readRss(serverPid) })
  }
  for (const terminal of opened) terminal.close()
  return results
}

/** Echo in one quiet session beside so many that print 40 KB/s each in one shape, for each of `counts`. */
export async function measureCapacity(
  api: ApiClient,
  sessions: readonly Session[],
  peer: Peer,
  shape: Shape,
  counts: readonly number[],
): Promise<CapacityResult[]> {
  const environmentId = sessions[0]?.environmentId ?? ''
  const quiet = await peer.open(await api.createSession({ environmentId }))
  await waitForOutput(quiet, '$ ')
  quiet.write('cat\r')
  const opened: PeerTerminal[] = []
  const results: CapacityResult[] = []
  for (const terminals of counts) {
    while (opened.length < terminals) {
      const terminal = await openAt(sessions, opened.length, peer)
      terminal.write(`${shape.program}\r`)
      opened.push(terminal)
    }
    await sleep(settleMs)
    const taken: number[] = []
    for (let index = 0; index < capacitySamples; index++) {
      if (index % lineLength === lineLength - 1) await startLine(quiet)
      taken.push(await time(() => echo(quiet, 'x')))
      await sleep(5 + Math.random() * 10)
    }
    results.push({ terminals, echo: summarize(taken) })
  }
  for (const terminal of opened) terminal.write('\x03')
  await sleep(settleMs)
  for (const terminal of [...opened, quiet]) terminal.close()
  return results
}

async function openAt(sessions: readonly Session[], index: number, peer: Peer): Promise<PeerTerminal> {
  const session = sessions[index]
  if (session === undefined) throw new Error(`there are only ${sessions.length} sessions`)
  const terminal = await peer.open(session)
  await waitForOutput(terminal, '$ ')
  return terminal
}

function readRss(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}
