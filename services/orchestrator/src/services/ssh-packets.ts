/**
 * What a packet costs on its way through ssh2, which a terminal pays for each keystroke and each piece of output. Without
 * these two an echo takes 0.4 ms longer (`npm run bench:terminal`).
 */
import { createSecretKey } from 'node:crypto'
import type { Writable } from 'node:stream'
import type ssh2 from 'ssh2'

/**
 * ssh2 writes a packet in three parts, each of which would be a segment of its own that wakes the other end. What is
 * written in one turn of the event loop leaves as one here.
 */
export function joinWrites(stream: Writable): void {
  const write = stream.write.bind(stream)
  stream.write = (chunk: Buffer) => {
    if (stream.writableCorked === 0) {
      stream.cork()
      process.nextTick(() => stream.uncork())
    }
    return write(chunk)
  }
}

/** Where ssh2 1.17 keeps the keys from which it makes a cipher for each packet. */
const keyPlaces = [
  ['_cipher', '_encKey'],
  ['_decipher', '_decipherKey'],
] as const

/**
 * Gives ssh2 its keys in the form that Node's ciphers use: made from bytes for each packet, they take longer than the
 * cipher itself (43 µs instead of 12 in Node 24). Keys change with each handshake. Does nothing where there are none.
 */
export function prepareKeys(client: ssh2.Client): void {
  client.on('handshake', () => {
    const protocol: unknown = Reflect.get(client, '_protocol')
    for (const [part, place] of keyPlaces) {
      const cipher = readObject(protocol, part)
      const key: unknown = cipher === null ? null : Reflect.get(cipher, place)
      if (cipher !== null && Buffer.isBuffer(key)) Reflect.set(cipher, place, createSecretKey(key))
    }
  })
}

function readObject(owner: unknown, name: string): object | null {
  if (typeof owner !== 'object' || owner === null) return null
  const value: unknown = Reflect.get(owner, name)
  return typeof value === 'object' ? value : null
}
