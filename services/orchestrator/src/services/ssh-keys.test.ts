import { expect, it } from 'vitest'
import ssh2 from 'ssh2'
import { generateSshKeyPair } from './ssh-keys.ts'

it('makes only keys that can be read again', () => {
  // One in 256 could not; all of these without the check: less than one chance in a thousand.
  for (let count = 0; count < 2000; count++) {
    const { privateKey, publicKey } = generateSshKeyPair('test')
    expect(ssh2.utils.parseKey(privateKey)).not.toBeInstanceOf(Error)
    expect(ssh2.utils.parseKey(publicKey)).not.toBeInstanceOf(Error)
  }
})
