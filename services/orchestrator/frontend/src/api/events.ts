/**
 * The one stream of events for the whole app. The browser itself reopens a stream that broke and tells the server what
 * it has seen; a stream that was refused is closed for good, which is when the sign-in is renewed and a new one opened.
 * A hidden page closes its stream: a browser has six connections to a server, and tabs nobody looks at must not use
 * them up.
 */
import { AppEvent } from '@craftastic/contract'

export type EventStreamState = 'connecting' | 'open' | 'lost'

/** The part of EventSource that is used here, so that tests can stand in for the server. */
export interface EventSourceLike {
  readonly readyState: number
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

export interface EventStreamOptions {
  openSource(): EventSourceLike
  onEvent(event: AppEvent): void
  /** Events may have been missed, also before the first opening: what is cached must be asked for again. */
  onGap(): void
  onState(state: EventStreamState): void
  /** Called after a refusal. Answers false when there is no sense in opening another stream. */
  mayReopen(): Promise<boolean>
}

const closedState = 2
const eventTypes = ['status', 'operation', 'session', 'share', 'deployment', 'activity', 'git'] as const
const delaysMs = [500, 1000, 2000, 5000, 10_000]
const hiddenGraceMs = 15_000

/** Opens the stream and keeps it. Answers how to end it. */
export function openEventStream(options: EventStreamOptions): () => void {
  let source: EventSourceLike | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let ended = false

  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = null
  }

  const open = () => {
    close()
    options.onState('connecting')
    const current = options.openSource()
    source = current
    current.addEventListener('open', () => {
      attempt = 0
      options.onState('open')
      options.onGap()
    })
    current.addEventListener('error', () => {
      if (source !== current) return
      options.onState('lost')
      if (current.readyState === closedState) void reopen(current)
    })
    for (const type of eventTypes) {
      current.addEventListener(type, ({ data }) => {
        const event = readEvent(type, data)
        if (event) options.onEvent(event)
      })
    }
  }

  const reopen = async (refused: EventSourceLike) => {
    const may = await options.mayReopen().catch(() => true)
    if (ended || source !== refused || !may) return
    timer = setTimeout(open, delaysMs[Math.min(attempt, delaysMs.length - 1)])
    attempt += 1
  }

  const onVisibility = () => {
    clearTimeout(hiddenTimer)
    if (document.visibilityState === 'hidden') hiddenTimer = setTimeout(close, hiddenGraceMs)
    else if (source === null || source.readyState === closedState) open()
  }

  document.addEventListener('visibilitychange', onVisibility)
  open()
  return () => {
    ended = true
    clearTimeout(hiddenTimer)
    document.removeEventListener('visibilitychange', onVisibility)
    close()
  }
}

function readEvent(type: (typeof eventTypes)[number], data: string): AppEvent | null {
  try {
    const rest: unknown = JSON.parse(data)
    const parsed = AppEvent.safeParse(typeof rest === 'object' && rest !== null ? { ...rest, type } : null)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
