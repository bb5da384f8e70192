import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { makePinnedCertificate } from './pinned-certificate.ts'

test.each([
  ['github.com', 'DNS:github.com'],
  ['192.0.2.7', 'IP Address:192.0.2.7'],
  [`${'long-label-of-a-host.'.repeat(11)}example.org`, /^DNS:long-label/],
])('is made out to %s', (host, name) => {
  const read = new X509Certificate(makePinnedCertificate(host).certificate)
  expect(read.subjectAltName).toMatch(name)
  expect(read.checkIssued(read)).toBe(true)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(new Date(read.validFrom).getTime()).toBeLessThan(Date.now())
})

test('has dates of the right form on both sides of 2050', () => {
  for (const year of [2026, 2045, 2060]) {
    const read = new X509Certificate(makePinnedCertificate('a.example', new Date(Date.UTC(year, 5, 1))).certificate)
    expect(new Date(read.validTo).getUTCFullYear()).toBe(year + 10)
  }
})

test('is accepted by who trusts it, for its name only, and by nobody else', async () => {
  const { certificate, privateKey } = makePinnedCertificate('git.example.org')
  const server = createServer({ cert: certificate, key: privateKey }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const handshake = async (servername: string, ca: string | undefined) => {
    const socket = connect({ host: '127.0.0.1', port, servername, ...(ca === undefined ? {} : { ca }) })
    const outcome = await Promise.race([
      once(socket, 'secureConnect').then(() => 'accepted'),
      once(socket, 'error').then(([error]) => (error instanceof Error && 'code' in error ? error.code : 'refused')),
    ]).catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : 'refused'))
    socket.destroy()
    return outcome
  }
  expect(await handshake('git.example.org', certificate)).toBe('accepted')
  expect(await handshake('other.example.org', certificate)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(await handshake('git.example.org', undefined)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  const another = makePinnedCertificate('git.example.org').certificate
  expect(await handshake('git.example.org', another)).not.toBe('accepted')
  server.close()
})
