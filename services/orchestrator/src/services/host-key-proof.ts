/** Whether a host has signed an SSH session with its key. Everything here comes from a hostile container. */
import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { SessionBinding } from './agent-messages.ts'
import { MalformedMessage, WireReader } from './ssh-wire.ts'

type Curve = { name: string; coordinateBytes: number; hash: string }

const curves = new Map<string, Curve>([
  ['ecdsa-sha2-nistp256', { name: 'P-256', coordinateBytes: 32, hash: 'sha256' }],
  ['ecdsa-sha2-nistp384', { name: 'P-384', coordinateBytes: 48, hash: 'sha384' }],
  ['ecdsa-sha2-nistp521', { name: 'P-521', coordinateBytes: 66, hash: 'sha512' }],
])
const rsaHashes = new Map([
  ['rsa-sha2-256', 'sha256'],
  ['rsa-sha2-512', 'sha512'],
])
/** Checking a signature of a longer one takes long. */
const maxModulusBytes = 8192 / 8

/** False for a signature of anybody else, and for keys of other kinds than Ed25519, ECDSA and RSA. */
export function isHostProven({ hostKey, sessionId, signature }: SessionBinding): boolean {
  try {
    const signed = new WireReader(signature)
    const algorithm = signed.text()
    const proof = signed.string()
    signed.end()
    return verifyWith(new WireReader(hostKey), algorithm, sessionId, proof)
  } catch (error) {
    if (error instanceof MalformedMessage || isCryptoError(error)) return false
    throw error
  }
}

function verifyWith(key: WireReader, algorithm: string, data: Buffer, proof: Buffer): boolean {
  const type = key.text()
  if (type === 'ssh-ed25519' && algorithm === type) {
    return verify(null, data, publicKey({ kty: 'OKP', crv: 'Ed25519', x: base64url(key.string()) }), proof)
  }
  const rsaHash = rsaHashes.get(algorithm)
  if (type === 'ssh-rsa' && rsaHash !== undefined) {
    const [exponent, modulus] = [withoutSign(key.string()), withoutSign(key.string())]
    if (modulus.length > maxModulusBytes || exponent.length > 4) return false
    return verify(rsaHash, data, publicKey({ kty: 'RSA', e: base64url(exponent), n: base64url(modulus) }), proof)
  }
  const curve = type === algorithm ? curves.get(type) : undefined
  if (curve === undefined) return false
  return verifyCurve(key, curve, data, proof)
}

function verifyCurve(key: WireReader, { name, coordinateBytes, hash }: Curve, data: Buffer, proof: Buffer): boolean {
  key.string()
  const point = key.string()
  if (point.length !== 1 + 2 * coordinateBytes || point[0] !== uncompressed) return false
  const [x, y] = [point.subarray(1, 1 + coordinateBytes), point.subarray(1 + coordinateBytes)]
  const numbers = new WireReader(proof)
  const [r, s] = [padded(numbers.string(), coordinateBytes), padded(numbers.string(), coordinateBytes)]
  numbers.end()
  const keyObject = publicKey({ kty: 'EC', crv: name, x: base64url(x), y: base64url(y) })
  return verify(hash, data, { key: keyObject, dsaEncoding: 'ieee-p1363' }, Buffer.concat([r, s]))
}

const uncompressed = 4

function publicKey(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' })
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}

/** An `mpint` has a zero in front where its first bit would be taken for a sign. */
function withoutSign(number: Buffer): Buffer {
  return number[0] === 0 ? number.subarray(1) : number
}

function padded(number: Buffer, length: number): Buffer {
  const digits = withoutSign(number)
  if (digits.length > length) throw new MalformedMessage('a number is too long')
  return Buffer.concat([Buffer.alloc(length - digits.length), digits])
}

/** Numbers that are no key. */
function isCryptoError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^ERR_(CRYPTO|OSSL|INVALID_ARG)/.test(String(error.code))
}
