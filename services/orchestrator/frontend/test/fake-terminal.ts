/** A TerminalConnection whose server, terminal and sign-in are in the test's hands. */
import type { TerminalWatcher } from '@craftastic/contract'
import type { Diagnosis, TerminalPhase } from '@/lib/terminal-connection'
import type { InputLoss } from '@/lib/terminal-input'
import { TerminalConnection } from '@/lib/terminal-connection'
import { FakeSocket } from './fake-socket'

export function setUpConnection() {
  const sockets: FakeSocket[] = []
  const phases: TerminalPhase[] = []
  const pending: (() => void)[] = []
  const lost: [number, InputLoss][] = []
  const waiting: number[] = []
  /** Of input, one per socket. */
  const streams: string[] = []
  const watchers: (readonly TerminalWatcher[])[] = []
  const asked = { diagnosis: 'retry' as Diagnosis, diagnoses: 0, renewed: true as boolean | Error, renewals: 0 }
  const connection = new TerminalConnection({
    url: (cols, rows, input) => {
      streams.push(input)
      return `ws://server/terminal?cols=${cols}&rows=${rows}`
    },
    openSocket: (url) => {
      const socket = new FakeSocket(url)
      sockets.push(socket)
      return socket
    },
    onOutput: (_bytes, consumed) => pending.push(consumed),
    onAttach: () => undefined,
    onPhase: (phase) => phases.push(phase),
    onWatchers: (present) => watchers.push(present),
    onInputLost: (bytes, why) => lost.push([bytes, why]),
    onInputWaiting: (bytes) => waiting.push(bytes),
    diagnose: async () => {
      asked.diagnoses += 1
      return asked.diagnosis
    },
    renewSignIn: async () => {
      asked.renewals += 1
      if (asked.renewed instanceof Error) throw asked.renewed
      return asked.renewed
    },
  })
  const last = () => {
    const socket = sockets.at(-1)
    if (!socket) throw new Error('no socket was opened')
    return socket
  }
  /** The terminal has worked through everything it was given. */
  const consumeAll = () => pending.splice(0).forEach((consumed) => consumed())
  return {
    connection,
    sockets,
    last,
    phases,
    lost,
    streams,
    waiting,
    watchers,
    asked,
    consumeAll,
    phase: () => connection.phase.name,
  }
}
