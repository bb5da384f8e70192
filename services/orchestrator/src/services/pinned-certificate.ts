/**
 * A TLS certificate that signs itself, for a connection whose other end is told to trust exactly this one. Node can use
 * certificates and cannot make them: this is the little of X.509 (RFC 5280) that one host name needs.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

export type PinnedCertificate = {
  /** PEM. */
  certificate: string
  /** PEM; never leaves the process. */
  privateKey: string
}

const yearMs = 365 * 86_400_000

/** @param host A host name or an IPv4 address, without a port. */
export function makePinnedCertificate(host: string, now = new Date()): PinnedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(tagged(tag.set, sequence(identifier.commonName, tagged(tag.utf8, Buffer.from('craftastic')))))
  const algorithm = sequence(identifier.ecdsaWithSha256)
  const body = sequence(
    tagged(tag.version, tagged(tag.integer, Buffer.from([2]))),
    tagged(tag.integer, positive(randomBytes(16))),
    algorithm,
    name,
    // Clocks differ; the process that holds the key ends long before it does.
    sequence(time(new Date(now.getTime() - yearMs)), time(new Date(now.getTime() + 10 * yearMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      tag.extensions,
      sequence(sequence(identifier.subjectAltName, tagged(tag.octets, sequence(generalName(host))))),
    ),
  )
  const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' })
  const certificate = sequence(body, algorithm, tagged(tag.bits, Buffer.concat([Buffer.from([0]), signature])))
  return {
    certificate: toPem(certificate),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Identifier octets of X.690; those with context are of RFC 5280. */
const tag = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  identifier: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  ipAddress: 0x87,
  version: 0xa0,
  extensions: 0xa3,
}

function tagged(octet: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([octet, ...size]), content])
}

const sequence = (...parts: Buffer[]) => tagged(tag.sequence, Buffer.concat(parts))

const identifier = {
  /** 2.5.4.3 */
  commonName: tagged(tag.identifier, Buffer.from('550403', 'hex')),
  /** 2.5.29.17 */
  subjectAltName: tagged(tag.identifier, Buffer.from('551d11', 'hex')),
  /** 1.2.840.10045.4.3.2 */
  ecdsaWithSha256: tagged(tag.identifier, Buffer.from('2a8648ce3d040302', 'hex')),
}

/** A set first bit would make the number negative, a zero first byte would not be its shortest form. */
function positive(bytes: Buffer): Buffer {
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

/** Years until 2049 have a form of their own (RFC 5280, section 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '').slice(0, 14)
  return date.getUTCFullYear() < 2050
    ? tagged(tag.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : tagged(tag.generalizedTime, Buffer.from(`${digits}Z`))
}

function generalName(host: string): Buffer {
  if (isIP(host) === 4) return tagged(tag.ipAddress, Buffer.from(host.split('.').map(Number)))
  return tagged(tag.dnsName, Buffer.from(host, 'ascii'))
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
