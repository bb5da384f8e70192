/**
 * One attachment of a recorder to its session: what the pane writes becomes events at the end of the file. Every change
 * of size or pane, and every gap, is followed by a drawing of the whole screen, so that a player which starts there, or
 * does not draw as tmux does, shows what was there.
 */
import { castEvent, castHeader, type CastEventCode } from '../services/asciicast.ts'
import { createProtocolReader } from '../services/control-protocol.ts'
import { createPaneTexts } from '../services/pane-text.ts'
import type { RecordingFile } from '../services/recording-files.ts'
import { drawScreen, type ScreenState } from '../services/screen-drawing.ts'
import type { CommandChannel } from '../services/ssh.ts'
import {
  claimLine,
  createScreenReader,
  followRecordingLine,
  readRecordingNotice,
  screenLine,
} from '../services/tmux-recording.ts'

/** `taken`: another recorder is at it. `lost`: the connection broke. `closed`: another recorder is to go on. */
export type AttachmentEnd = 'stopped' | 'ended' | 'full' | 'unwritable' | 'lost' | 'taken' | 'closed'

export type AttachmentOptions = {
  sessionName: string
  title: string
  fileName: string
  startedAt: Date
  /** The recording begins; otherwise it goes on. */
  isNew: boolean
  maxBytes: number
  openFile(): Promise<RecordingFile>
  /** Asked when tmux has let go. */
  isWanted(): Promise<boolean>
  /** The screen is drawn. */
  onStarted(): void
  stopped: AbortSignal
  closed: AbortSignal
}

const words = {
  away: 'The server was away. What the session showed meanwhile is left out.',
  gap: 'Output came faster than it could be recorded. Some of it is left out.',
  ended: 'The session ended.',
  full: (bytes: number) => `The recording had reached ${Math.round(bytes / 1024 / 1024)} MiB, which is the most.`,
}
/** For the last word. */
const reservedBytes = 1000
/** What may wait for the file. Above it output is left out: tmux would hold up a program whose output is not read. */
const maxWaitingBytes = 4 * 1024 * 1024
/** What may wait for tmux, which reads at once: more is asked by one that does not mean to. */
const maxUnreadBytes = 64 * 1024

/** Resolves when it is over and the file is closed. `control` is a connection that has not been read yet. */
export async function recordAttachment(control: CommandChannel, options: AttachmentOptions): Promise<AttachmentEnd> {
  const { sessionName, fileName, startedAt, maxBytes, stopped, closed } = options
  const over = Promise.withResolvers<AttachmentEnd>()
  const settled = new AbortController()
  const readScreen = createScreenReader()
  const texts = createPaneTexts()
  let file: RecordingFile | null = null
  let shown: ScreenState | null = null
  /** Of the pane that is shown, not written yet. */
  let output = ''
  let asked = 0
  let asksAgain = false
  let hasGap = false
  let waitingBytes = 0
  /** Too much waits for the file. */
  let isBehind = false

  const end = (how: AttachmentEnd, note: string | null = null) => {
    if (settled.signal.aborted) return
    flush()
    if (note !== null) file?.write(eventNow('m', note))
    settle(() => over.resolve(how))
  }
  const fail = (error: unknown) => settle(() => over.reject(error))
  const settle = (report: () => void) => {
    settled.abort()
    report()
  }

  const read = createProtocolReader({
    onAnswer: (lines) => {
      const screen = readScreen(lines)
      if (screen !== null) show(screen)
      else if (file === null && lines[0] === 'taken') end('taken')
      else if (file === null && lines[0] === 'claimed') open().catch(fail)
    },
    onNotice: (line) => takeNotice(line),
    onEnd: () => control.close(),
  })
  control.output.on('data', (chunk: Buffer) => {
    if (settled.signal.aborted) return
    read(chunk)
    flush()
  })
  control.onClose(() => {
    if (settled.signal.aborted) return
    options.isWanted().then((isWanted) => (isWanted ? end('lost') : end('ended', words.ended)), fail)
  })
  const listening = { once: true, signal: settled.signal }
  stopped.addEventListener('abort', () => end('stopped'), listening)
  closed.addEventListener('abort', () => end('closed'), listening)
  if (stopped.aborted) end('stopped')
  if (closed.aborted) end('closed')
  control.write(Buffer.from(claimLine(sessionName, fileName, options.isNew)))

  try {
    return await over.promise
  } finally {
    control.close()
    await closeFile()
  }

  async function open(): Promise<void> {
    const opened = await options.openFile()
    if (settled.signal.aborted) return opened.close()
    file = opened
    opened.onDrain(() => catchUp())
    opened.onLost(() => end('unwritable'))
    control.write(Buffer.from(followRecordingLine))
    ask(null)
  }

  async function closeFile(): Promise<void> {
    await file?.close()
  }

  function ask(pausedPane: string | null): void {
    if (control.unsentBytes > maxUnreadBytes) return end('lost')
    asked += 1
    control.write(Buffer.from(screenLine(sessionName, pausedPane)))
  }

  function takeNotice(line: string): void {
    const notice = readRecordingNotice(line)
    if (notice?.kind === 'output') {
      const text = texts.of(notice.paneId).take(notice.data)
      if (notice.paneId === shown?.paneId && !isBehind) output += text
    } else if (notice?.kind === 'pause') {
      texts.forget(notice.paneId)
      hasGap ||= notice.paneId === shown?.paneId
      ask(notice.paneId)
    } else if (notice?.kind === 'layout' && shown !== null) {
      if (asked === 0) ask(null)
      else asksAgain = true
    } else if (notice?.kind === 'file' && notice.value !== fileName) {
      end('stopped')
    }
  }

  function show(screen: ScreenState): void {
    asked -= 1
    if (file === null || settled.signal.aborted) return
    flush()
    const { cols, rows } = screen.size
    const isFirst = shown === null
    if (isFirst && file.bytes === 0) write(castHeader({ cols, rows, startedAt, title: options.title }))
    else if (isFirst) write(eventNow('m', words.away))
    else if (hasGap) write(eventNow('m', words.gap))
    if (isFirst || cols !== shown?.size.cols || rows !== shown.size.rows) write(eventNow('r', `${cols}x${rows}`))
    write(eventNow('o', drawScreen(screen) + texts.of(screen.paneId).restart(screen.pending)))
    shown = screen
    hasGap = false
    if (isFirst) options.onStarted()
    if (!asksAgain || asked > 0) return
    asksAgain = false
    ask(null)
  }

  function flush(): void {
    const text = output
    output = ''
    if (text !== '') write(eventNow('o', text))
  }

  function eventNow(code: CastEventCode, data: string): string {
    return castEvent(Math.max(0, Date.now() - startedAt.getTime()) / 1000, code, data)
  }

  function write(line: string): void {
    if (file === null || settled.signal.aborted) return
    if (file.bytes + Buffer.byteLength(line) > maxBytes - reservedBytes) end('full', words.full(maxBytes))
    else if (file.write(line)) waitingBytes = 0
    else waitingBytes += line.length
    isBehind ||= waitingBytes > maxWaitingBytes
  }

  function catchUp(): void {
    waitingBytes = 0
    if (!isBehind || settled.signal.aborted) return
    isBehind = false
    hasGap = true
    ask(null)
  }
}
