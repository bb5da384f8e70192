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

test('a signed push has them within its certificate', () => {
  const signed = [line('push-cert\0side-band-64k\n'), line('certificate version 0.1\n'), line('\n')]
  const [read] = readCommands(...signed, line(`${zero} ${one} refs/heads/new\n`), line('push-cert-end\n'), end)
  expect(read).toMatchObject({ refCount: 1, refs: [{ name: 'refs/heads/new' }] })
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
