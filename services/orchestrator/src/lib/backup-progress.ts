/** What people see of a backup or a restore that takes a while. */

export type Tell = (line: string) => void

const intervalMs = 5_000

/** Passes bytes on, tells every few seconds how many there were, and ends when the work is interrupted. */
export async function* watched(
  content: AsyncIterable<Buffer>,
  { what, tell, signal }: { what: string; tell: Tell; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  let bytes = 0
  let toldAtMs = Date.now()
  for await (const chunk of content) {
    signal.throwIfAborted()
    bytes += chunk.length
    if (Date.now() - toldAtMs > intervalMs) {
      tell(`  ${what}: ${formatBytes(bytes)}`)
      toldAtMs = Date.now()
    }
    yield chunk
  }
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? 'B'}`
}

/** `1 table`, `2 tables`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
