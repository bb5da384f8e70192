/**
 * Reads Git's pkt-lines (gitprotocol-common) as they stream by: four hexadecimal digits of length, then the line. Only
 * the line under way is kept. Nothing here does I/O.
 */

/** What the four digits say when they are no length: the end of a section. */
export const flush = null

/** The bytes are not pkt-lines, or more of them than anybody needs. */
class MalformedPktLines extends Error {
  override name = 'MalformedPktLines'
}

export type PktLineReaderOptions = {
  /** Called with each line, `flush` at the end of a section. Answering false ends the reading. */
  onLine(line: Buffer | typeof flush): boolean
  /** More bytes than this in all are refused. */
  maxBytes: number
}

/** Answers a function that takes the next bytes and answers false once nothing more is read. Throws `MalformedPktLines`. */
export function createPktLineReader({ onLine, maxBytes }: PktLineReaderOptions): (chunk: Buffer) => boolean {
  let pending: Buffer = Buffer.alloc(0)
  let bytes = 0
  let isReading = true

  return (chunk) => {
    if (!isReading) return false
    bytes += chunk.length
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (isReading && pending.length >= 4) {
      const size = readSize(pending)
      if (size > pending.length) break
      const line = size < 4 ? flush : pending.subarray(4, size)
      pending = pending.subarray(Math.max(size, 4))
      isReading = onLine(line)
    }
    if (isReading && bytes > maxBytes) throw new MalformedPktLines(`more than ${maxBytes} bytes`)
    return isReading
  }
}

/** Of the whole line with its digits; below 4 for the marks between sections. */
function readSize(bytes: Buffer): number {
  const digits = bytes.toString('latin1', 0, 4)
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw new MalformedPktLines('no length where one must be')
  const size = Number.parseInt(digits, 16)
  if (size === 3) throw new MalformedPktLines('a length that means nothing')
  return size
}
