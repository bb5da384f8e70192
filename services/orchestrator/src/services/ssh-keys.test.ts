import { expect, it } from 'vitest'
import ssh2 from 'ssh2'
import { fingerprintOf, generateSshKeyPair, signWithKey } from './ssh-keys.ts'

it('makes only keys that can be read again', () => {
  // One in 256 could not; all of these without the check: less than one chance in a thousand.
  for (let count = 0; count < 2000; count++) {
    const { privateKey, publicKey } = generateSshKeyPair('test')
    expect(ssh2.utils.parseKey(privateKey)).not.toBeInstanceOf(Error)
    expect(ssh2.utils.parseKey(publicKey)).not.toBeInstanceOf(Error)
  }
})

it('names a key as ssh-keygen does', () => {
  const github = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  expect(fingerprintOf(github)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})

it('signs what its public half confirms', () => {
  const { privateKey, publicKey } = generateSshKeyPair('test')
  const data = Buffer.from('data')
  const signature = signWithKey(privateKey, data)
  const key = ssh2.utils.parseKey(publicKey)
  if (key instanceof Error) throw key
  // The kind of key stands before the 64 bytes, each with its length.
  expect(signature.toString('latin1', 4, 15)).toBe('ssh-ed25519')
  expect(key.verify(data, signature.subarray(19))).toBe(true)
  expect(key.verify(Buffer.from('other'), signature.subarray(19))).toBe(false)
})
