import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { isHostProven } from './host-key-proof.ts'
import { wireString } from './ssh-wire.ts'

const sessionId = Buffer.alloc(32, 3)
const decode = (text = '') => Buffer.from(text, 'base64url')
/** An `mpint`: without zeros in front, but one where the first bit is set. */
const mpint = (bytes: Buffer) => {
  const digits = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  return wireString((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits)
}
type Host = { hostKey: Buffer; signWith(data: Buffer): Buffer }

function ed25519(): Host {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    hostKey: Buffer.concat([wireString('ssh-ed25519'), wireString(decode(jwk(publicKey).x))]),
    signWith: (data) => Buffer.concat([wireString('ssh-ed25519'), wireString(sign(null, data, privateKey))]),
  }
}

function rsa(algorithm: string, hash: string): Host {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { e, n } = jwk(publicKey)
  return {
    hostKey: Buffer.concat([wireString('ssh-rsa'), mpint(decode(e)), mpint(decode(n))]),
    signWith: (data) => Buffer.concat([wireString(algorithm), wireString(sign(hash, data, privateKey))]),
  }
}

function ecdsa(curve: string, hash: string): Host {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const { x, y } = jwk(publicKey)
  const type = `ecdsa-sha2-nistp${curve.slice(-3)}`
  const point = Buffer.concat([Buffer.of(4), decode(x), decode(y)])
  return {
    hostKey: Buffer.concat([wireString(type), wireString(type.slice(11)), wireString(point)]),
    signWith: (data) => {
      const pair = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      const [r, s] = [pair.subarray(0, pair.length / 2), pair.subarray(pair.length / 2)]
      return Buffer.concat([wireString(type), wireString(Buffer.concat([mpint(r), mpint(s)]))])
    },
  }
}

function jwk(key: KeyObject): JsonWebKey {
  return key.export({ format: 'jwk' })
}

const proven = (host: Host, signature: Buffer, session = sessionId) =>
  isHostProven({ hostKey: host.hostKey, sessionId: session, signature, isForwarding: false })

test.each([
  ['Ed25519', ed25519],
  ['RSA with SHA-256', () => rsa('rsa-sha2-256', 'sha256')],
  ['RSA with SHA-512', () => rsa('rsa-sha2-512', 'sha512')],
  ['P-256', () => ecdsa('P-256', 'sha256')],
  ['P-384', () => ecdsa('P-384', 'sha384')],
  ['P-521', () => ecdsa('P-521', 'sha512')],
])('a host with %s proves itself, and nobody else does', (_what, make) => {
  const host = make()
  // Numbers of a signature are shorter now and then.
  for (let round = 0; round < 20; round += 1) expect(proven(host, host.signWith(sessionId))).toBe(true)
  expect(proven(host, host.signWith(Buffer.alloc(32, 4)))).toBe(false)
  expect(proven(host, make().signWith(sessionId))).toBe(false)
  expect(proven(host, host.signWith(sessionId), Buffer.alloc(32, 5))).toBe(false)
})

test('SHA-1 proves nothing', () => {
  const host = rsa('ssh-rsa', 'sha1')
  expect(proven(host, host.signWith(sessionId))).toBe(false)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['an unknown kind of key', Buffer.concat([wireString('ssh-dss'), wireString('x')])],
  ['a name of every object', Buffer.concat([wireString('ecdsa-sha2-constructor'), wireString('x'), wireString('y')])],
  ['a key of no length', Buffer.concat([wireString('ssh-ed25519'), wireString('')])],
  [
    'a point that is on no curve',
    Buffer.concat([wireString('ecdsa-sha2-nistp256'), wireString('nistp256'), wireString(Buffer.alloc(65, 4))]),
  ],
  [
    'a point that is short',
    Buffer.concat([wireString('ecdsa-sha2-nistp256'), wireString('nistp256'), wireString('x')]),
  ],
  [
    'a key of 16,384 bits',
    Buffer.concat([wireString('ssh-rsa'), wireString(Buffer.of(3)), wireString(Buffer.alloc(2048, 255))]),
  ],
  ['an RSA key of nothing', Buffer.concat([wireString('ssh-rsa'), wireString(''), wireString('')])],
])('%s is no key', (_what, hostKey) => {
  const algorithms = ['ssh-ed25519', 'rsa-sha2-512', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-constructor', 'ssh-dss']
  for (const algorithm of algorithms) {
    const numbers = Buffer.concat([wireString(Buffer.alloc(32, 1)), wireString(Buffer.alloc(32, 1))])
    const signature = Buffer.concat([wireString(algorithm), wireString(numbers)])
    expect(isHostProven({ hostKey, sessionId, signature, isForwarding: false })).toBe(false)
  }
})

test('half a signature proves nothing', () => {
  const host = ed25519()
  expect(proven(host, host.signWith(sessionId).subarray(0, 30))).toBe(false)
})
