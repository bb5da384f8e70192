/**
 * What a session's pane holds, from its oldest line to the bottom of its screen, read without copy mode: neither the pane
 * nor anybody who looks at it notices.
 */
import { lastBytesOf } from './shell-command.ts'
import type { SshConnection } from './ssh.ts'
import { failure, isGone, tmux } from './tmux.ts'

export type TmuxHistoryState = {
  /** A full-screen program has the screen; its screen has no history. */
  alternateScreen: boolean
  /** How many lines, as wide as the pane, tmux keeps of it. */
  keptLines: number
  /** They are reached: older ones are gone, or about to go. */
  full: boolean
}

export type TmuxHistory = TmuxHistoryState & {
  /** Lines, each ended by a newline, with their colours as SGR sequences. A line that tmux has wrapped is one line. */
  text: string
  /** The oldest lines were left out. */
  truncated: boolean
}

/** `history-limit.ts` bounds the lines, this what they weigh: each cell may carry colours of its own. */
const maxHistoryBytes = 16 * 1024 * 1024
const maxErrorBytes = 64 * 1024

/** Answers null when the session is gone. */
export async function readTmuxHistory(ssh: SshConnection, name: string): Promise<TmuxHistory | null> {
  const capture = ['capture-pane', '-p', '-e', '-J', '-S', '-', '-t', `=${name}:`]
  // One invocation, so that nothing happens in between; the state last, where `tail` keeps it.
  const command = lastBytesOf(maxHistoryBytes, [...tmux, ...capture, ';', ...askState(name)])
  const result = await ssh.run(command, { maxOutputBytes: maxHistoryBytes + maxErrorBytes })
  if (isGone(result)) return null
  // The exit status is that of `tail`: what tells a failure is that the last line is missing.
  const history = parseTmuxHistory(result.stdout, maxHistoryBytes)
  if (history === null) throw failure('capture-pane', result)
  return history
}

/** The same without the lines, which costs next to nothing; null when the session is gone. */
export async function readTmuxHistoryState(ssh: SshConnection, name: string): Promise<TmuxHistoryState | null> {
  const result = await ssh.run([...tmux, ...askState(name)])
  const words = result.stdout.toString('utf8')
  // Asked about a target that is not there, display-message succeeds and prints nothing of it.
  if (isGone(result) || words.trim() === '') return null
  const state = parseState(words)
  if (state === null) throw failure('display-message', result)
  return state
}

function askState(name: string): string[] {
  return ['display-message', '-p', '-t', `=${name}:`, '#{alternate_on} #{history_size} #{history_limit}']
}

function parseState(line: string): TmuxHistoryState | null {
  const [, alternate, size, limit] = /^([01]) (\d{1,9}) (\d{1,9})\n$/.exec(line) ?? []
  if (alternate === undefined) return null
  const keptLines = Number(limit)
  // At the limit tmux takes away a tenth at a time.
  const full = keptLines > 0 && Number(size) >= keptLines * 0.9
  return { alternateScreen: alternate === '1', keptLines, full }
}

/** Reads the lines and, below them, the state of the screen. `maxBytes` of output are taken as cut at the front. */
export function parseTmuxHistory(output: Buffer, maxBytes: number): TmuxHistory | null {
  const end = output.lastIndexOf('\n', output.length - 2) + 1
  const state = parseState(output.toString('utf8', end))
  if (state === null) return null
  if (state.alternateScreen) return { ...state, text: '', truncated: false }
  const truncated = output.length >= maxBytes
  // The first line of what is left may be half a line, and begin with half a character.
  const start = truncated ? output.indexOf('\n') + 1 : 0
  return { ...state, text: output.toString('utf8', start, Math.max(start, end)), truncated }
}
