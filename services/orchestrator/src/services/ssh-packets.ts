/**
 * What a packet costs on its way through ssh2, which a terminal pays for each keystroke and each piece of output
 * (`npm run bench:terminal`).
 */
import { createCipheriv, createSecretKey, randomFillSync, type KeyObject } from 'node:crypto'
import type { Writable } from 'node:stream'
import type ssh2 from 'ssh2'

/** Written in one turn of the event loop, packets leave as one segment, which wakes the other end once. */
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

/**
 * Makes the packets of a connection cheaper with each handshake, which brings new keys. Keys are given to ssh2 1.17 in the
 * form that Node's ciphers use: made from bytes for each packet, they take longer than the cipher itself (43 µs instead
 * of 12 in Node 24). Outgoing packets are put together here. Does nothing where ssh2 keeps neither.
 */
export function preparePackets(client: ssh2.Client): void {
  client.on('handshake', () => {
    const protocol: unknown = Reflect.get(client, '_protocol')
    const cipher = readObject(protocol, '_cipher')
    const decipher = readObject(protocol, '_decipher')
    prepareKey(cipher, '_encKey')
    prepareKey(decipher, '_decipherKey')
    if (isGcmCipher(cipher)) packTogether(cipher)
  })
}

function prepareKey(part: object | null, place: string): void {
  const key: unknown = part === null ? null : Reflect.get(part, place)
  if (part !== null && Buffer.isBuffer(key)) Reflect.set(part, place, createSecretKey(key))
}

/** What ssh2 encrypts with under aes128-gcm@openssh.com (RFC 5647, with the length as OpenSSH sends it). */
interface GcmCipher {
  _encSSLName: 'aes-128-gcm'
  _encKey: KeyObject
  _encIV: Uint8Array
  _dead: boolean
  outSeqno: number
  _onWrite(bytes: Buffer): void
  allocPacket(payloadBytes: number): Buffer
  encrypt(packet: Buffer): void
}

function isGcmCipher(part: object | null): part is GcmCipher {
  return (
    part !== null &&
    Reflect.get(part, '_encSSLName') === 'aes-128-gcm' &&
    Reflect.get(part, '_encIV') instanceof Uint8Array &&
    typeof Reflect.get(part, '_onWrite') === 'function'
  )
}

const lengthBytes = 4
const tagBytes = 16
const blockBytes = 16
const minPaddingBytes = 4

/**
 * A packet has room for its tag and is written once; ssh2 writes length, body and tag each by itself. Its padding comes
 * from random bytes that are made in store: a call for each packet takes as long as the cipher.
 */
function packTogether(cipher: GcmCipher): void {
  cipher.allocPacket = (payloadBytes) => {
    let paddingBytes = blockBytes - ((1 + payloadBytes) % blockBytes)
    if (paddingBytes < minPaddingBytes) paddingBytes += blockBytes
    const bodyBytes = 1 + payloadBytes + paddingBytes
    const packet = Buffer.allocUnsafe(lengthBytes + bodyBytes + tagBytes)
    packet.writeUInt32BE(bodyBytes, 0)
    packet.writeUInt8(paddingBytes, lengthBytes)
    takeRandom(paddingBytes).copy(packet, lengthBytes + 1 + payloadBytes)
    return packet
  }
  cipher.encrypt = (packet) => {
    if (cipher._dead) return
    const tagAt = packet.length - tagBytes
    const gcm = createCipheriv('aes-128-gcm', cipher._encKey, cipher._encIV)
    gcm.setAAD(packet.subarray(0, lengthBytes))
    gcm.update(packet.subarray(lengthBytes, tagAt)).copy(packet, lengthBytes)
    gcm.final()
    gcm.getAuthTag().copy(packet, tagAt)
    cipher._onWrite(packet)
    countUp(cipher._encIV)
    cipher.outSeqno = (cipher.outSeqno + 1) >>> 0
  }
}

/** The invocation counter is the last eight bytes of the nonce, big endian (RFC 5647, section 7.1). */
function countUp(nonce: Uint8Array): void {
  for (let place = nonce.length - 1; place >= nonce.length - 8; place--) {
    const next = ((nonce[place] ?? 0) + 1) & 0xff
    nonce[place] = next
    if (next !== 0) return
  }
}

const store = Buffer.alloc(4096)
let usedBytes = store.length

/** Each byte is given out once. */
function takeRandom(bytes: number): Buffer {
  if (usedBytes + bytes > store.length) {
    randomFillSync(store)
    usedBytes = 0
  }
  usedBytes += bytes
  return store.subarray(usedBytes - bytes, usedBytes)
}

function readObject(owner: unknown, name: string): object | null {
  if (typeof owner !== 'object' || owner === null) return null
  const value: unknown = Reflect.get(owner, name)
  return typeof value === 'object' ? value : null
}
