/** Ed25519 key pairs in OpenSSH format, and the comparison that pins a host key. */
import { timingSafeEqual } from 'node:crypto'
import ssh2 from 'ssh2'

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
  const expected = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  return expected.length === presented.length && timingSafeEqual(expected, presented)
}
