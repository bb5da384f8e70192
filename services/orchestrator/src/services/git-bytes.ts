/**
 * Paths and texts of git are bytes. As text they are UTF-8, and each byte 0xNN that is none is the lone surrogate U+DCNN
 * (PEP 383), which stands for nothing else: `textToBytes` gives back exactly what `bytesToText` read.
 */
import { isUtf8 } from 'node:buffer'

const escapeBase = 0xdc00

export function bytesToText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isUtf8(buffer)) return buffer.toString('utf8')
  const parts: string[] = []
  let validFrom = 0
  let position = 0
  while (position < buffer.length) {
    const length = sequenceLength(buffer, position)
    if (length > 0) {
      position += length
      continue
    }
    parts.push(buffer.toString('utf8', validFrom, position), String.fromCharCode(escapeBase + (buffer[position] ?? 0)))
    position += 1
    validFrom = position
  }
  parts.push(buffer.toString('utf8', validFrom))
  return parts.join('')
}

/** Throws when the text holds a lone surrogate that stands for no byte; the contract lets none in. */
export function textToBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts = text.split(/([\u{DC80}-\u{DCFF}])/u).map((part, index) => {
    if (index % 2 === 1) return Buffer.from([part.charCodeAt(0) - escapeBase])
    if (!part.isWellFormed()) throw new TypeError('a lone surrogate stands for no byte')
    return Buffer.from(part, 'utf8')
  })
  return Buffer.concat(parts)
}

/** Each followed by a NUL, as git takes lists of paths. */
export function pathsToBytes(paths: readonly string[]): Buffer {
  return textToBytes(paths.map((path) => `${path}\0`).join(''))
}

/** The same as pathspecs that mean just themselves, for commands whose hooks must not inherit that setting. */
export function literalPathspecs(paths: readonly string[]): Buffer {
  return pathsToBytes(paths.map((path) => `:(top,literal)${path}`))
}

/** The fields of output in which each is followed by a NUL. */
export function readFields(output: Uint8Array): string[] {
  const fields: string[] = []
  for (let start = 0, end = output.indexOf(0); end !== -1; start = end + 1, end = output.indexOf(0, start)) {
    fields.push(bytesToText(output.subarray(start, end)))
  }
  return fields
}

/** Bytes of the sequence that begins here, 0 when it is none (The Unicode Standard, table 3-7). */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : 4
  if (first < 0xc2 || first > 0xf4) return 0
  const lowest: Record<number, number> = { 0xe0: 0xa0, 0xf0: 0x90 }
  const highest: Record<number, number> = { 0xed: 0x9f, 0xf4: 0x8f }
  for (let index = 1; index < length; index++) {
    const byte = bytes[start + index] ?? 0
    const from = index === 1 ? (lowest[first] ?? 0x80) : 0x80
    const to = index === 1 ? (highest[first] ?? 0xbf) : 0xbf
    if (byte < from || byte > to) return 0
  }
  return length
}
