/** Ed25519 key pairs in OpenSSH format: made, compared, named and signed with. */
import { createHash, timingSafeEqual } from 'node:crypto'
import ssh2 from 'ssh2'
import { wireString } from './ssh-wire.ts'

export type SshKeyPair = { privateKey: string; publicKey: string }

/** `publicKey` is one line as in `authorized_keys`. */
export function generateSshKeyPair(comment: string): SshKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    // One pair in 256 cannot be read again: the library drops leading zero bytes of a public key (mscdex/ssh2#1390).
    if (isReadable(pair.private) && isReadable(pair.public)) return { privateKey: pair.private, publicKey: pair.public }
  }
}

function isReadable(key: string): boolean {
  return !(ssh2.utils.parseKey(key) instanceof Error)
}

/** Whether `presented`, the key blob of the handshake, is the key of `publicKey`. */
export function isSameKey(presented: Buffer, publicKey: string): boolean {
  const expected = keyBlob(publicKey)
  return expected.length === presented.length && timingSafeEqual(expected, presented)
}

/** The bytes that stand for the key of an `authorized_keys` line in the protocol. */
function keyBlob(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
}

/** As `ssh-keygen -l` and Git hosts show a key. */
export function fingerprintOf(publicKey: string | Buffer): string {
  const blob = typeof publicKey === 'string' ? keyBlob(publicKey) : publicKey
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** A signature of an Ed25519 key (RFC 8709, section 6). */
export function signWithKey(privateKey: string, data: Buffer): Buffer {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return Buffer.concat([wireString(key.type), wireString(key.sign(data))])
}
