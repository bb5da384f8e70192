/** asciicast v2: a header and then one event each line, its time in seconds since the start. */
import type { TerminalSize } from './ssh.ts'

export type CastHeader = TerminalSize & { startedAt: Date; title: string }

export function castHeader({ cols, rows, startedAt, title }: CastHeader): string {
  const timestamp = Math.floor(startedAt.getTime() / 1000)
  return `${JSON.stringify({ version: 2, width: cols, height: rows, timestamp, title, env: { TERM: 'xterm-256color' } })}\n`
}

/** `o` output, `r` a new size such as `80x24`, `m` a mark with words. */
export type CastEventCode = 'o' | 'r' | 'm'

export function castEvent(seconds: number, code: CastEventCode, data: string): string {
  return `${JSON.stringify([Number(seconds.toFixed(3)), code, data])}\n`
}
