/**
 * What a session's pane holds, from its oldest line to the bottom of its screen, read without copy mode: neither the pane
 * nor anybody who looks at it notices.
 */
import { lastBytesOf } from './shell-command.ts'
import type { SshConnection } from './ssh.ts'
import { failure, isGone, tmux } from './tmux.ts'

export type TmuxHistory = {
  /** A full-screen program has the screen; its screen has no history. */
  alternateScreen: boolean
  /** Lines, each ended by a newline, with their colours as SGR sequences. A line that tmux has wrapped is one line. */
  text: string
  /** The oldest lines were left out. */
  truncated: boolean
}

/** The history limit of tmux.conf bounds the lines, this what they weigh: each cell may carry colours of its own. */
const maxHistoryBytes = 16 * 1024 * 1024
const maxErrorBytes = 64 * 1024

/** Answers null when the session is gone. */
export async function readTmuxHistory(ssh: SshConnection, name: string): Promise<TmuxHistory | null> {
  const capture = ['capture-pane', '-p', '-e', '-J', '-S', '-', '-t', `=${name}:`]
  // One invocation, so that nothing happens in between; the state last, where `tail` keeps it.
  const command = lastBytesOf(maxHistoryBytes, [...tmux, ...capture, ';', ...askScreen(name)])
  const result = await ssh.run(command, { maxOutputBytes: maxHistoryBytes + maxErrorBytes })
  if (isGone(result)) return null
  // The exit status is that of `tail`: what tells a failure is that the last line is missing.
  const history = parseTmuxHistory(result.stdout, maxHistoryBytes)
  if (history === null) throw failure('capture-pane', result)
  return history
}

/** Whether a full-screen program has the session's screen; null when the session is gone. */
export async function hasAlternateScreen(ssh: SshConnection, name: string): Promise<boolean | null> {
  const result = await ssh.run([...tmux, ...askScreen(name)])
  // Asked about a target that is not there, display-message succeeds and prints nothing of it.
  const state = /^[01]?$/.exec(result.stdout.toString('utf8').trim())?.[0]
  if (isGone(result) || state === '') return null
  if (state === undefined) throw failure('display-message', result)
  return state === '1'
}

function askScreen(name: string): string[] {
  return ['display-message', '-p', '-t', `=${name}:`, '#{alternate_on}']
}

/** Reads the lines and, below them, the state of the screen. `maxBytes` of output are taken as cut at the front. */
export function parseTmuxHistory(output: Buffer, maxBytes: number): TmuxHistory | null {
  const end = output.lastIndexOf('\n', output.length - 2) + 1
  const state = output.toString('utf8', end)
  if (state !== '0\n' && state !== '1\n') return null
  const alternateScreen = state === '1\n'
  if (alternateScreen) return { alternateScreen, text: '', truncated: false }
  const truncated = output.length >= maxBytes
  // The first line of what is left may be half a line, and begin with half a character.
  const start = truncated ? output.indexOf('\n') + 1 : 0
  return { alternateScreen, text: output.toString('utf8', start, Math.max(start, end)), truncated }
}
