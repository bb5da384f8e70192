/**
 * What tmux is asked and told so that one session can be recorded. A recorder is a control connection of its own that
 * gets what the programs in the session's pane write, byte for byte. Its size does not count and it is no terminal
 * (`tmux.ts`). When it is a second behind, tmux lets go of what it has not read (`%pause`) instead of keeping it.
 *
 * Two options of the session say what goes on: `@recording` is the file, set as long as somebody wants it recorded, and
 * gone with the session; `@recorder` is the client that writes it.
 */
import { controlLine, controlSequence, textOf } from './control-protocol.ts'
import type { ScreenState } from './screen-drawing.ts'
import { killedAfterInput } from './shell-command.ts'
import type { SshConnection } from './ssh.ts'
import { failure, hasRecorder, isGone, tmux } from './tmux.ts'

const flags = 'ignore-size,read-only,pause-after=1'

/**
 * A control connection to the session. It must end with its input: tmux 3.5a keeps a client that went away in the middle
 * of a flood, and with it the program whose output nobody takes any more.
 */
export function recordCommand(name: string): string[] {
  return killedAfterInput([...tmux, '-C', 'attach-session', '-f', flags, '-t', `=${name}`])
}

/**
 * Asks to be the recorder; the answer is `claimed` or `taken`. A new recording is for a session that nobody wants
 * recorded; one that is there goes on where no other client writes it. tmux decides it in one go, so that of two servers
 * one gets it.
 */
export function claimLine(name: string, fileName: string, isNew: boolean): string {
  const set = (option: string, value: string) => `set-option -F -t "=${name}:" ${option} "${value}"`
  const isTaken = isNew ? '#{@recording}' : `#{||:#{!=:#{@recording},${fileName}},${hasRecorder}}`
  const claim = [set('@recorder', '#{client_name}'), set('@recording', fileName), 'display-message -p claimed']
  return controlLine(['if-shell', '-F', '-t', `=${name}:`, isTaken, 'display-message -p taken', claim.join(' ; ')])
}

const subscription = 'recording'

/** Asks to be told the value of `@recording`, now and whenever it changes; tmux looks once a second. */
export const followRecordingLine = controlLine(['refresh-client', '-B', `${subscription}::#{@recording}`])

/** Notices that mean another pane or another size. */
const layoutNotice = /^%(?:layout-change|window-pane-changed|session-window-changed) /

export type RecordingNotice =
  | { kind: 'output'; paneId: string; data: string }
  | { kind: 'pause'; paneId: string }
  | { kind: 'layout' }
  | { kind: 'file'; value: string }

/** Null for a notice that is about something else. `data` is as tmux wrote it, for `pane-text.ts`. */
export function readRecordingNotice(line: string): RecordingNotice | null {
  const [, paneId, data] = /^%extended-output (%\d+) [^:]*: (.*)$/s.exec(line) ?? []
  if (paneId !== undefined && data !== undefined) return { kind: 'output', paneId, data }
  const [, pausedPane] = /^%pause (%\d+)$/.exec(line) ?? []
  if (pausedPane !== undefined) return { kind: 'pause', paneId: pausedPane }
  if (layoutNotice.test(line)) return { kind: 'layout' }
  const value = new RegExp(`^%subscription-changed ${subscription} [^:]* : (.*)$`).exec(line)?.[1]
  return value === undefined ? null : { kind: 'file', value }
}

const screenFields = [
  'pane_id',
  'pane_width',
  'pane_height',
  'cursor_x',
  'cursor_y',
  'cursor_flag',
  'insert_flag',
  'origin_flag',
  'wrap_flag',
  'scroll_region_upper',
  'scroll_region_lower',
  'alternate_on',
  'alternate_saved_x',
  'alternate_saved_y',
]
const screenTag = 'screen'

/**
 * Asks for the screen of the session's active pane. What the pane writes from then on comes behind the answers.
 * `pausedPane` goes on first.
 */
export function screenLine(name: string, pausedPane: string | null): string {
  const target = ['-t', `=${name}:`]
  const capture = ['capture-pane', '-p', '-e', '-N', ...target]
  return controlSequence([
    ...(pausedPane === null ? [] : [['refresh-client', '-A', `${pausedPane}:continue`]]),
    ['display-message', '-p', ...target, `${screenTag} ${screenFields.map((name) => `#{${name}}`).join(' ')}`],
    capture,
    // The screen that a full-screen program has put aside; nothing without one.
    [...capture, '-a', '-q'],
    // The beginning of an escape sequence whose rest is still to come.
    ['capture-pane', '-p', '-P', '-C', ...target],
  ])
}

/** Answers to `screenLine` that belong to one screen. */
const screenAnswers = 4

/** Collects answers until they are a screen; null for those that are not about one. */
export function createScreenReader(): (lines: string[]) => ScreenState | null {
  let answers: string[][] = []
  return (lines) => {
    if (answers.length === 0 && lines[0]?.startsWith(`${screenTag} `) !== true) return null
    answers.push(lines)
    if (answers.length < screenAnswers) return null
    const screen = toScreen(answers)
    answers = []
    return screen
  }
}

function toScreen([state, rows = [], savedRows = [], pending = []]: string[][]): ScreenState | null {
  const values = state?.[0]?.split(' ').slice(1) ?? []
  if (values.length !== screenFields.length || !/^%\d+$/.test(values[0] ?? '')) return null
  // tmux writes a place that it does not know as the largest number.
  const numbers = new Map(screenFields.map((field, index) => [field, Number(values[index]) % 0xffffffff]))
  const numberOf = (field: string) => numbers.get(field) ?? 0
  const isOn = (field: string) => numberOf(field) === 1
  return {
    paneId: values[0] ?? '',
    size: { cols: numberOf('pane_width'), rows: numberOf('pane_height') },
    cursor: { x: numberOf('cursor_x'), y: numberOf('cursor_y') },
    isCursorVisible: isOn('cursor_flag'),
    inserts: isOn('insert_flag'),
    hasOrigin: isOn('origin_flag'),
    wraps: isOn('wrap_flag'),
    scrollRegion: { upper: numberOf('scroll_region_upper'), lower: numberOf('scroll_region_lower') },
    rows: rows.map(textOf),
    saved: isOn('alternate_on')
      ? { rows: savedRows.map(textOf), cursor: { x: numberOf('alternate_saved_x'), y: numberOf('alternate_saved_y') } }
      : null,
    pending: pending.join(''),
  }
}

/** Wants it recorded into this file no more; a session that is gone, or has another file, is success. */
export async function unsetRecording(ssh: SshConnection, name: string, fileName: string): Promise<void> {
  const isIt = `#{==:#{@recording},${fileName}}`
  const unset = `set-option -u -t "=${name}:" @recording`
  const result = await ssh.run([...tmux, 'if-shell', '-F', '-t', `=${name}:`, isIt, unset])
  if (result.exitCode !== 0 && !isGone(result)) throw failure('set-option', result)
}
