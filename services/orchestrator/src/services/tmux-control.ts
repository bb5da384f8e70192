/**
 * tmux's control mode: commands go in as lines, answers come out as blocks between `%begin` and `%end`, and whatever
 * happens is a line that begins with `%`.
 *
 * Subscriptions are about the panes of the session that the client is attached to, but a format may loop over all
 * sessions. So one client with one subscription sees everything: tmux looks once a second and writes only what changed.
 * Being attached has three effects on that session, which callers know of: the client is in its list of clients, the
 * attaching counts as activity (both in `tmux.ts`), and its programs believe that they have the focus.
 */
import { StringDecoder } from 'node:string_decoder'
import { parseTmuxSessions, sessionFormat, type TmuxSession } from './tmux.ts'

/** Far more than a thousand sessions need. */
const maxLineCharacters = 4 * 1024 * 1024

const subscription = 'sessions'
/** Ends a session's fields; never inside one, where tmux replaces control characters. */
const endOfSession = '\x1e'
/** By the minute: typing must not be news each second. */
const activityMinute = '#{e|*|:#{e|/|:#{session_activity},60},60}'

/** The line that asks to be told of all sessions, now and whenever something of them changes. */
export const subscribeLine = controlLine([
  'refresh-client',
  '-B',
  `${subscription}::#{S:${sessionFormat(activityMinute)}${endOfSession}}`,
])

/** The line that runs exactly `command`: every argument quoted so that tmux reads nothing in it but itself. */
export function controlLine(command: readonly string[]): string {
  return `${command.map(quote).join(' ')}\n`
}

/** Inside double quotes tmux reads `\`, `$` and `"`; control characters, a line's end too, are written as numbers. */
function quote(argument: string): string {
  if (argument.includes('\0')) throw new TypeError('an argument cannot contain a NUL byte')
  const escaped = argument
    .replace(/[\\$"]/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) =>
      character.charCodeAt(0) < 0x80 ? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}` : character,
    )
  return `"${escaped}"`
}

export type ControlListener = {
  /** All sessions, at first and after each change. */
  onSessions(sessions: TmuxSession[]): void
  /** tmux refused a command, ended the connection or does not keep to the protocol: it is of no use any more. */
  onEnd(reason: string): void
}

/** Answers what takes the bytes that tmux writes, in whatever pieces they come. */
export function createControlReader({ onSessions, onEnd }: ControlListener): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  /** Time and number of the block that is being read. */
  let block: string | null = null

  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineCharacters) {
      rest = ''
      onEnd('a line is too long')
    }
    for (const line of lines) readLine(line)
  }

  function readLine(line: string): void {
    const [, guard, id] = /^%(begin|end|error) (\d+ \d+) \d+$/.exec(line) ?? []
    if (block !== null) {
      // What a command printed may look like anything, but not know the numbers.
      if (guard === undefined || guard === 'begin' || id !== block) return
      block = null
      if (guard === 'error') onEnd('a command was refused')
    } else if (guard === 'begin' && id !== undefined) {
      block = id
    } else if (/^%exit(?: |$)/.test(line)) {
      onEnd(line)
    } else {
      const value = new RegExp(`^%subscription-changed ${subscription} [^:]* : (.*)$`).exec(line)?.[1]
      if (value !== undefined) onSessions(parseTmuxSessions(value, endOfSession))
    }
  }
}
