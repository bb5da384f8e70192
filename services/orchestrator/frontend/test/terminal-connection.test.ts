// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { setUpConnection as setUp } from './fake-terminal'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => vi.useRealTimers())

describe('attaching', () => {
  test('opens with the size the terminal has, within the limits of the contract', () => {
    const { connection, last } = setUp()
    connection.resize(1000, 0)
    connection.connect()
    expect(last().url).toBe('ws://server/terminal?cols=500&rows=1')
    expect(last().binaryType).toBe('arraybuffer')
  })

  test('is connected with `ready`, not before', () => {
    const { connection, last, phase } = setUp()
    connection.connect()
    last().readyState = 1
    last().onopen?.()
    expect(phase()).toBe('connecting')
    last().attach()
    expect(phase()).toBe('connected')
  })

  test('gives up on a server that never says ready and tries again', async () => {
    const { connection, sockets, phase } = setUp()
    connection.connect()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(sockets[0]?.closedByClient).toBe(true)
    expect(phase()).toBe('waiting')
  })

  test('ignores frames that are not of the contract', () => {
    const { connection, last, phase } = setUp()
    connection.connect()
    last().onmessage?.({ data: 'not json' })
    last().control({ type: 'ready', sessionId: 'x', cols: 1, rows: 0 })
    expect(phase()).toBe('connecting')
  })
})

describe('input', () => {
  test('waits for ready', () => {
    const { connection, last } = setUp()
    connection.connect()
    expect(connection.sendText('early')).toBe(true)
    last().attach()
    expect(connection.sendText('ls\r')).toBe(true)
    expect(last().input()).toBe('earlyls\r')
  })

  test('answers of the terminal to output of the former attachment are not typed into the next one', async () => {
    const { connection, last, consumeAll } = setUp()
    connection.connect()
    last().attach()
    last().output(100)
    last().lose(1006)
    await vi.advanceTimersByTimeAsync(1000)
    last().attach()
    expect(connection.sendText('\x1b[?1;2c')).toBe(false)
    consumeAll()
    expect(connection.sendText('\x1b[?1;2c')).toBe(true)
  })

  test('answers to output of this attachment pass, because tmux waits for them', () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    last().output(20)
    expect(connection.sendText('\x1b[>0;276;0c')).toBe(true)
  })

  test('a paste of a megabyte arrives whole, in frames below the limit', async () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    const paste = 'é'.repeat(512 * 1024)
    expect(connection.sendText(paste)).toBe(true)
    connection.sendText('!')
    await vi.advanceTimersByTimeAsync(100)
    const frames = last().inputs()
    expect(Math.max(...frames.map((frame) => frame.byteLength))).toBeLessThan(64 * 1024)
    expect(new TextDecoder().decode(Buffer.concat(frames))).toBe(`${paste}!`)
  })

  test('waits while the socket does not take more', async () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    last().stuck = true
    connection.sendText('x'.repeat(1024 * 1024))
    await vi.advanceTimersByTimeAsync(100)
    expect(last().bufferedAmount).toBeLessThanOrEqual(256 * 1024 + 32 * 1024)
    last().bufferedAmount = 0
    await vi.advanceTimersByTimeAsync(20)
    expect(last().bufferedAmount).toBeGreaterThan(0)
  })

  test('raw bytes stay bytes', () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    connection.sendBinary('\x1b[M\xff ')
    expect([...(last().inputs()[0] ?? [])]).toEqual([0x1b, 0x5b, 0x4d, 0xff, 0x20])
  })

  test('is not given to a socket that is closing, and arrives with the next', async () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    last().readyState = 2
    expect(connection.sendText('x')).toBe(true)
    expect(connection.sendBinary('\x1b[M !!')).toBe(false)
    expect(last().input()).toBe('')
    last().lose(1006)
    await vi.advanceTimersByTimeAsync(1000)
    last().attach()
    expect(last().input()).toBe('x')
  })
})

describe('acknowledging', () => {
  test('starts the credit at once, then every 32 KiB, then when it goes quiet', async () => {
    const { connection, last, consumeAll } = setUp()
    connection.connect()
    last().attach()
    const acks = () => last().controls('ack')
    expect(acks()).toEqual([{ type: 'ack', bytes: 0 }])
    last().output(20 * 1024)
    consumeAll()
    expect(acks()).toHaveLength(1)
    last().output(20 * 1024)
    consumeAll()
    expect(acks().at(-1)).toEqual({ type: 'ack', bytes: 40 * 1024 })
    last().output(10)
    consumeAll()
    await vi.advanceTimersByTimeAsync(100)
    expect(acks().at(-1)).toEqual({ type: 'ack', bytes: 40 * 1024 + 10 })
    expect(acks()).toHaveLength(3)
  })

  test('counts what was consumed, not what arrived', async () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    last().output(500_000)
    await vi.advanceTimersByTimeAsync(1000)
    expect(last().controls('ack')).toEqual([{ type: 'ack', bytes: 0 }])
  })

  test('counts from zero on a new socket', async () => {
    const { connection, last, consumeAll } = setUp()
    connection.connect()
    last().attach()
    last().output(64 * 1024)
    last().lose(1013)
    await vi.advanceTimersByTimeAsync(1000)
    last().attach()
    consumeAll()
    await vi.advanceTimersByTimeAsync(100)
    expect(last().controls('ack')).toEqual([{ type: 'ack', bytes: 0 }])
  })
})

describe('size', () => {
  test('is sent once per pause and only when it changed', async () => {
    const { connection, last } = setUp()
    connection.resize(80, 24)
    connection.connect()
    last().attach()
    for (let cols = 81; cols <= 100; cols += 1) connection.resize(cols, 30)
    await vi.advanceTimersByTimeAsync(100)
    connection.resize(100, 30)
    await vi.advanceTimersByTimeAsync(100)
    expect(last().controls('resize')).toEqual([{ type: 'resize', cols: 100, rows: 30 }])
  })

  test('that changed while connecting follows with ready', async () => {
    const { connection, last } = setUp()
    connection.connect()
    connection.resize(120, 40)
    await vi.advanceTimersByTimeAsync(100)
    expect(last().controls('resize')).toEqual([])
    last().attach()
    expect(last().controls('resize')).toEqual([{ type: 'resize', cols: 120, rows: 40 }])
  })
})

test('says who is attached, and leaves out what is not of the contract', () => {
  const { connection, last, watchers } = setUp()
  connection.connect()
  last().attach()
  const present = [{ id: 'a3f1c1de-0000-4000-8000-000000000000', name: 'Ada', mode: 'view', self: true }]
  last().control({ type: 'viewers', viewers: [{ ...present[0], mode: 'own' }] })
  last().control({ type: 'viewers', viewers: present })
  expect(watchers).toEqual([present])
})
