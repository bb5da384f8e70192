/** Reads asciicast v2. What the file holds comes from programs: lines that are no event are left out. */
import { z } from 'zod'

const Header = z.looseObject({
  version: z.literal(2),
  width: z.int().min(1).max(1000),
  height: z.int().min(1).max(1000),
  title: z.string().catch(''),
})

/** Nobody waits longer than this for the next thing to happen. */
const idleLimitSeconds = 2

/** `at` is in seconds of playing time, without what idle time was cut off. */
export type CastEvent = { at: number } & (
  { kind: 'output'; text: string } | { kind: 'size'; cols: number; rows: number } | { kind: 'mark'; words: string }
)

export interface Cast {
  title: string
  cols: number
  rows: number
  events: CastEvent[]
  /** In seconds of playing time. */
  length: number
}

/** Null for what is no asciicast. */
export function readCast(text: string): Cast | null {
  const [first = '', ...lines] = text.split('\n')
  const header = Header.safeParse(readJson(first)).data
  if (!header) return null
  const events: CastEvent[] = []
  let before = 0
  let at = 0
  for (const line of lines) {
    const event = readJson(line)
    if (!Array.isArray(event)) continue
    const [time, code, data] = event as unknown[]
    if (typeof time !== 'number' || !Number.isFinite(time) || typeof data !== 'string') continue
    // Another server's clock may be behind.
    at += Math.min(Math.max(0, time - before), idleLimitSeconds)
    before = Math.max(before, time)
    if (code === 'o') events.push({ at, kind: 'output', text: data })
    else if (code === 'm') events.push({ at, kind: 'mark', words: data })
    else if (code === 'r') {
      const [, cols = 0, rows = 0] = /^(\d{1,3})x(\d{1,3})$/.exec(data)?.map(Number) ?? []
      if (cols > 0 && rows > 0) events.push({ at, kind: 'size', cols, rows })
    }
  }
  return { title: header.title, cols: header.width, rows: header.height, events, length: at }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** The sequence with which the server begins to draw a whole screen: what lies before it does not matter any more. */
const wholeScreen = '\x1bc'

/** Where playing has to begin so that it is right at `index`: the last whole screen before it, and the size there. */
export function startBefore(cast: Cast, index: number): { index: number; cols: number; rows: number } {
  let { cols, rows } = cast
  let start = 0
  for (let place = 0; place < index; place++) {
    const event = cast.events[place]
    if (event?.kind === 'output' && event.text.startsWith(wholeScreen)) start = place
  }
  for (const event of cast.events.slice(0, start)) if (event.kind === 'size') ({ cols, rows } = event)
  return { index: start, cols, rows }
}

/** How many events lie at or before this time. */
export function countUntil({ events }: Cast, seconds: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.at ?? 0) <= seconds) low = middle + 1
    else high = middle
  }
  return low
}

/** The words of the mark that was passed last, for a few seconds. */
export function markAt({ events }: Cast, seconds: number): string | null {
  const mark = events.findLast(({ kind, at }) => kind === 'mark' && at <= seconds && seconds - at <= shownSeconds)
  return mark?.kind === 'mark' ? mark.words : null
}

const shownSeconds = 4
