import { expect, test } from 'vitest'
import { createCommandReader, createReportReader, type PushCommands } from './push-record.ts'

const zero = '0'.repeat(40)
const one = '1'.repeat(40)
const line = (text: string | Buffer) => {
  const body = Buffer.from(text)
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body])
}
const end = Buffer.from('0000')

function readCommands(...chunks: Buffer[]): PushCommands[] {
  const seen: PushCommands[] = []
  const read = createCommandReader((commands) => void seen.push(commands))
  for (const chunk of chunks) read(chunk)
  return seen
}

const head = Buffer.concat([
  line(`${zero} ${one} refs/heads/new\0 report-status side-band-64k agent=git/2.47.3`),
  line(`${one} ${zero} refs/heads/old\n`),
  end,
])
const commands: PushCommands = {
  refCount: 2,
  usesSideBand: true,
  refs: [
    { name: 'refs/heads/new', from: zero, to: one },
    { name: 'refs/heads/old', from: one, to: zero },
  ],
}

test('the refs of a push are read once, and nothing of the pack behind them', () => {
  expect(readCommands(Buffer.concat([head, Buffer.from('PACK0000zzzz')]), Buffer.from('zzzz'))).toEqual([commands])
})

test('wherever the bytes are cut', () => {
  for (let size = 1; size < 60; size += 1) {
    const pieces = Array.from({ length: Math.ceil(head.length / size) }, (_, index) =>
      head.subarray(index * size, (index + 1) * size),
    )
    expect(readCommands(...pieces)).toEqual([commands])
  }
})

test('a request with which git only tries has none', () => {
  expect(readCommands(end)).toEqual([])
})

const mixed = 'Ab'.repeat(20)
const sha256 = ['0'.repeat(64), 'c'.repeat(64)]

test.each([
  [
    'digits of either case',
    `${mixed} ${zero} refs/heads/x`,
    { name: 'refs/heads/x', from: mixed.toLowerCase(), to: zero },
  ],
  ['long object ids', `${sha256.join(' ')} refs/heads/x`, { name: 'refs/heads/x', from: sha256[0], to: sha256[1] }],
  ['blanks that are not ASCII', `${zero} ${one} refs/heads/a\u00a0b\u3000c`, { name: 'refs/heads/a\u00a0b\u3000c' }],
  ['a long name', `${zero} ${one} refs/heads/${'x/'.repeat(2000)}y\n`, { name: `refs/heads/${'x/'.repeat(2000)}y` }],
  [
    'bytes that are no UTF-8',
    Buffer.from(`${zero} ${one} refs/heads/caf\xe9`, 'latin1'),
    { name: 'refs/heads/caf\\xe9' },
  ],
])('a command with %s', (_what, text, ref) => {
  expect(readCommands(line(text), end)).toMatchObject([{ refCount: 1, refs: [ref] }])
})

test('every command counts, though not each name is kept', () => {
  const many = Array.from({ length: 1000 }, (_, index) => line(`${zero} ${one} refs/heads/${index}`))
  const [read] = readCommands(...many, end)
  expect(read?.refCount).toBe(1000)
  expect(read?.refs).toHaveLength(200)
})

test('what a shallow clone does not have stands before them', () => {
  expect(readCommands(line(`shallow ${one}`), line(`shallow ${one}\n`), head)).toEqual([commands])
})

test.each([
  '',
  '\n',
  'refs/heads/x',
  `${zero} ${one}`,
  `${zero} ${one} `,
  `${zero} ${one} \0`,
  `${zero}  ${one} refs/heads/x`,
  ` ${zero} ${one} refs/heads/x`,
  `\0${zero} ${one} refs/heads/x`,
  `${zero}\u00a0${one} refs/heads/x`,
  `${'g'.repeat(40)} ${one} refs/heads/x`,
  `${'1'.repeat(41)} ${one} refs/heads/x`,
  'shallow ',
  `shallow ${one} ${zero}`,
  'push-certificate',
])('a push with the line %j is refused, also behind a command', (text) => {
  expect(() => readCommands(line(text), end)).toThrow('no command')
  expect(() => readCommands(line(`${zero} ${one} refs/heads/x`), line(text), end)).toThrow('no command')
})

const begin = line('push-cert\0side-band-64k\n')
const certificate = ['certificate version 0.1\n', 'pusher me <me@example.org> 0 +0000\n', 'nonce 1-a\n', '\n']
const signature = ['-----BEGIN PGP SIGNATURE-----\n', '\n', 'abc\n', '-----END PGP SIGNATURE-----\n']
const refsOf = (text: string) => {
  const [read] = readCommands(begin, line(text), line('push-cert-end\n'), end)
  return read?.refs.map(({ name }) => name)
}

test('a signed push has them within its certificate', () => {
  const lines = [...certificate, `${zero} ${one} refs/heads/new\n`, ...signature]
  const [read] = readCommands(begin, ...lines.map(line), line('push-cert-end\n'), end)
  expect(read).toMatchObject({ refCount: 1, usesSideBand: true, refs: [{ name: 'refs/heads/new' }] })
})

test('however the certificate is cut into packets', () => {
  const text = [...certificate, `${zero} ${one} refs/heads/one\n`, `${zero} ${one} refs/heads/two`].join('')
  expect(refsOf(text)).toEqual(['refs/heads/one', 'refs/heads/two'])
  for (let size = 1; size < 60; size += 1) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      line(text.slice(index * size, (index + 1) * size)),
    )
    // Git takes its end for the end of the certificate, too.
    expect(readCommands(begin, ...pieces, end)).toMatchObject([{ refCount: 2 }])
  }
})

test.each([
  ['another line among its commands', 'hello\n'],
  ['an empty line among them', '\n'],
  ['an end that is none', 'push-cert-end'],
  ['a NUL', `${zero} ${one} refs/heads/x\0\n`],
])('a certificate with %s is refused', (_what, text) => {
  expect(() => readCommands(begin, ...certificate.map(line), line(text), line('push-cert-end\n'), end)).toThrow(
    'certificate',
  )
})

test.each(['zzzz', '0003', '-001', ' 00a', '0x0a'])('%j is no length', (digits) => {
  expect(() => readCommands(Buffer.from(digits))).toThrow()
})

test('a list without an end is refused before it fills the memory', () => {
  const read = createCommandReader(() => {})
  const many = Buffer.concat(Array.from({ length: 1000 }, (_, index) => line(`${zero} ${one} refs/heads/${index}`)))
  expect(() => {
    for (let round = 0; round < 30; round += 1) read(many)
  }).toThrow(/more than/)
})

const report = Buffer.concat([
  line('unpack ok\n'),
  line('ok refs/heads/new\n'),
  line('ng refs/heads/old protected branch hook declined\n'),
  end,
])
const refused = [{ name: 'refs/heads/old', reason: 'protected branch hook declined' }]

test('the report of a push says what was not taken', () => {
  const plain = createReportReader({ usesSideBand: false })
  plain.read(report)
  expect(plain.report).toEqual({ isUnpacked: true, refused })
})

test('of a name with any bytes', () => {
  const name = `refs/heads/a\u3000${'b'.repeat(1000)}`
  const plain = createReportReader({ usesSideBand: false })
  plain.read(Buffer.concat([line('unpack ok\n'), line(`ng ${name} no: à\n`), end]))
  expect(plain.report.refused).toEqual([{ name, reason: 'no: à' }])
})

test('between words for the person, cut anywhere', () => {
  const band = (number: number, bytes: Buffer) => line(Buffer.concat([Buffer.from([number]), bytes]))
  const bytes = Buffer.concat([
    band(2, Buffer.from('checking\n')),
    band(1, report.subarray(0, 17)),
    band(2, Buffer.from('0000 unpack failed\n')),
    band(1, report.subarray(17)),
    end,
  ])
  for (let size = 1; size < 40; size += 1) {
    const reader = createReportReader({ usesSideBand: true })
    for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size))
    expect(reader.report).toEqual({ isUnpacked: true, refused })
  }
})
