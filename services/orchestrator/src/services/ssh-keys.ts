/** Ed25519 key pairs in OpenSSH format, and the comparison that pins a host key. */
import { timingSafeEqual } from 'node:crypto'
import ssh2 from 'ssh2'

export type SshKeyPair = { privateKey: string; publicKey: string }

/** `publicKey` is one line as in `authorized_keys`. */
export function generateSshKeyPair(comment: string): SshKeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
  return { privateKey: pair.private, publicKey: pair.public }
}

/** Whether `presented`, the key blob of the handshake, is the key of `publicKey`. */
export function isSameKey(presented: Buffer, publicKey: string): boolean {
  const expected = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  return expected.length === presented.length && timingSafeEqual(expected, presented)
}
