/**
 * A control connection (`control-protocol.ts`) that tells what goes on in all sessions.
 *
 * Subscriptions are about the panes of the session that the client is attached to, but a format may loop over all
 * sessions. So one client with one subscription sees everything: tmux looks once a second and writes only what changed.
 * Being attached has three effects on that session, which callers know of: the client is in its list of clients, the
 * attaching counts as activity (both in `tmux.ts`), and its programs believe that they have the focus.
 */
import { controlLine, createProtocolReader, textOf } from './control-protocol.ts'
import { parseTmuxSessions, sessionFormat, type TmuxSession } from './tmux.ts'

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

export type SessionsListener = {
  /** All sessions, at first and after each change. */
  onSessions(sessions: TmuxSession[]): void
  /** The connection is of no use any more. */
  onEnd(reason: string): void
}

/** Answers what takes the bytes that tmux writes, in whatever pieces they come. */
export function createControlReader({ onSessions, onEnd }: SessionsListener): (chunk: Buffer) => void {
  const onNotice = (line: string) => {
    const value = new RegExp(`^%subscription-changed ${subscription} [^:]* : (.*)$`).exec(line)?.[1]
    if (value !== undefined) onSessions(parseTmuxSessions(textOf(value), endOfSession))
  }
  return createProtocolReader({ onNotice, onEnd })
}
