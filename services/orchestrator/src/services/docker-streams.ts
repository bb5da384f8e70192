/**
 * The engine frames the output of programs without a terminal: eight bytes of header (stream, length) before each
 * chunk (Engine API, "Attach to a container", stream format).
 */
import { Duplex, Readable } from 'node:stream'

/**
 * The first line that a program printed: read until a newline, `maxBytes`, the end, or `quietMs` without news. Drops the
 * stream afterwards.
 */
export function readFirstLine(stream: NodeJS.ReadableStream, maxBytes: number, quietMs = 100): Promise<string> {
  return new Promise((resolve) => {
    let raw = Buffer.alloc(0)
    const finish = () => {
      clearTimeout(quiet)
      stream.removeAllListeners()
      stream.on('error', () => {})
      if (stream instanceof Readable) stream.destroy()
      resolve(unframe(raw).subarray(0, maxBytes).toString('utf8'))
    }
    const quiet = setTimeout(finish, quietMs)
    stream.on('data', (chunk: Buffer) => {
      raw = Buffer.concat([raw, chunk])
      quiet.refresh()
      if (raw.length >= maxBytes || unframe(raw).includes(0x0a)) finish()
    })
    stream.on('end', finish)
    stream.on('error', finish)
  })
}

/** Payload bytes of complete frames. */
function unframe(raw: Buffer): Buffer {
  return takeFrames(raw).payload
}

const headerBytes = 8
const standardError = 2

type Frames = { payload: Buffer; errorOutput: Buffer; rest: Buffer }

/** Complete frames, standard error only apart when it is asked for. */
function takeFrames(raw: Buffer, isApart = false): Frames {
  const parts: Buffer[] = []
  const errorParts: Buffer[] = []
  let offset = 0
  while (offset + headerBytes <= raw.length) {
    const end = offset + headerBytes + raw.readUInt32BE(offset + 4)
    if (end > raw.length) break
    const isError = isApart && raw[offset] === standardError
    ;(isError ? errorParts : parts).push(raw.subarray(offset + headerBytes, end))
    offset = end
  }
  return { payload: Buffer.concat(parts), errorOutput: Buffer.concat(errorParts), rest: raw.subarray(offset) }
}

/**
 * One stream of plain bytes from a hijacked, framed connection. Standard error is left out of it and given to
 * `onErrorOutput`; without that, it must not be attached.
 */
export function unframed(framed: Duplex, onErrorOutput?: (bytes: Buffer) => void): Duplex {
  let unread: Buffer = Buffer.alloc(0)
  const plain = new Duplex({
    read: () => void framed.resume(),
    write: (chunk: Buffer, _encoding, done) => void framed.write(chunk, done),
    final: (done) => void framed.end(done),
    destroy: (error, done) => {
      framed.destroy()
      done(error)
    },
  })
  framed.on('data', (chunk: Buffer) => {
    const { payload, errorOutput, rest } = takeFrames(Buffer.concat([unread, chunk]), onErrorOutput !== undefined)
    unread = rest
    if (errorOutput.length > 0) onErrorOutput?.(errorOutput)
    if (payload.length > 0 && !plain.push(payload)) framed.pause()
  })
  framed.on('close', () => plain.push(null))
  framed.on('end', () => plain.push(null))
  framed.on('error', (error) => plain.destroy(error))
  return plain
}
