import { describe, expect, it } from 'vitest'
import { readCoolifyLogs } from './coolify-logs.ts'
import { createRedactor } from './coolify-text.ts'

const at = '2026-08-22T15:22:50.000000Z'
const entry = (output: string, rest: object = {}) => ({
  output,
  type: 'stdout',
  timestamp: at,
  hidden: false,
  batch: 1,
  ...rest,
})
const read = (logs: unknown, secrets: string[] = []) => readCoolifyLogs(logs, createRedactor(secrets))
const texts = (logs: unknown, secrets: string[] = []) => {
  const result = read(logs, secrets)
  return result.kind === 'lines' ? result.lines.map(({ text }) => text) : result.kind
}

describe('the log of a deployment', () => {
  it('is JSON in a string', () => {
    expect(read(JSON.stringify([entry('one'), entry('two', { type: 'stderr', order: 2 })]))).toEqual({
      kind: 'lines',
      isComplete: true,
      lines: [
        { text: 'one', stream: 'stdout', at: '2026-08-22T15:22:50.000Z' },
        { text: 'two', stream: 'stderr', at: '2026-08-22T15:22:50.000Z' },
      ],
    })
  })

  it('may be the array itself', () => expect(texts([entry('one')])).toEqual(['one']))
  it('is null before its first line', () => expect(texts(null)).toEqual([]))
  it('is absent when the token lacks read:sensitive, which is not the same as empty', () =>
    expect(read(undefined)).toEqual({ kind: 'withheld' }))

  it('leaves out what is hidden, which holds raw commands', () =>
    expect(texts([entry('git clone https://x:token@host', { hidden: true }), entry('one')])).toEqual(['one']))

  it('goes by the order of the whole log, not by batch: what Coolify itself says is always of batch 1', () => {
    const entries = [
      entry('last', { batch: 1, order: 4 }),
      entry('third', { batch: 3, order: 3 }),
      entry('second', { batch: 2, order: 2 }),
    ]
    expect(texts([entry('first'), ...entries])).toEqual(['first', 'second', 'third', 'last'])
  })

  it('keeps entries without an order, or with the same one, where they came', () => {
    const entries = [
      entry('a'),
      entry('b', { order: 2 }),
      entry('c'),
      entry('d', { order: 2 }),
      entry('e', { order: 3 }),
    ]
    expect(texts(entries)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('takes entries of a retry, which have no command, and skips what is no entry', () => {
    const logs = [{ output: 'again' }, 'text', { output: 7 }, null]
    expect(texts(logs)).toEqual(['again'])
    expect(read(logs)).toMatchObject({ isComplete: false })
  })

  it.each(['{"output":"x"}', '[{"output":', 'not JSON'])('says that %s could not be read', (logs) =>
    expect(read(logs)).toEqual({ kind: 'lines', lines: [], isComplete: false }),
  )

  it('has no secret of ours, no colours and no control characters', () => {
    const raw = entry('\x1b[31mtoken is s3cret-value\x1b[0m\u0000\u202e\r\nnext\rline\ttab')
    expect(texts([raw], ['s3cret-value'])).toEqual(['token is [redacted]\nnext\nline\ttab'])
  })

  it('has no secret that is cut by colours', () =>
    expect(texts([entry('s3cret\x1b[1m-value')], ['s3cret-value'])).toEqual(['[redacted]']))

  it('tells no time that is none', () =>
    expect(read([entry('x', { timestamp: 'soon' })])).toMatchObject({ lines: [{ at: null }] }))
})

describe('redaction', () => {
  it('takes the longer of two secrets first, and leaves short ones alone', () =>
    expect(createRedactor(['secret', 'secret-longer', 'abc'])('secret-longer secret abc')).toBe(
      '[redacted] [redacted] abc',
    ))
})
