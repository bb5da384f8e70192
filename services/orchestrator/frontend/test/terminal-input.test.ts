// @vitest-environment node
/** What is typed while connections come and go: nothing lost, nothing twice, and the truth when that cannot be known. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { terminalCloseCode } from '@craftastic/contract'
import { maxHeldMs } from '@/lib/terminal-input'
import { isReply } from '@/lib/terminal-replies'
import { setUpConnection } from './fake-terminal'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => vi.useRealTimers())

function setUp() {
  const made = setUpConnection()
  const { connection, last } = made
  connection.connect()
  /** Loses the connection; the next one finds that so much has arrived. */
  const comeBack = (arrivedBytes: number, countId?: string) => {
    last().lose(1006)
    connection.retryNow()
    last().attach(countId === undefined ? { arrivedBytes } : { arrivedBytes, countId })
  }
  return { ...made, comeBack }
}

const otherCount = '55555555-5555-4555-8555-555555555555'

test('what was typed in a gap arrives with the next connection, in order', async () => {
  const { connection, last, lost } = setUp()
  last().attach()
  last().lose(1006)
  for (const key of ['l', 's', '\r']) expect(connection.sendText(key)).toBe(true)
  await vi.advanceTimersByTimeAsync(1000)
  last().attach()
  connection.sendText('!')
  expect(last().input()).toBe('ls\r!')
  expect(lost).toEqual([])
})

test('what the socket swallowed is sent again, what arrived is not', async () => {
  const { connection, last, comeBack, lost } = setUp()
  last().attach()
  connection.sendText('abc')
  connection.sendText('def')
  comeBack(4)
  expect(last().input()).toBe('ef')
  comeBack(4)
  expect(last().input()).toBe('ef')
  comeBack(6)
  expect(last().input()).toBe('')
  expect(lost).toEqual([])
})

test('what the terminal answered to one connection is not sent to the next, and counts where it arrived', () => {
  const { connection, last, comeBack } = setUp()
  last().attach()
  connection.sendText('ab')
  connection.sendText('\x1b[?1;2c')
  connection.sendText('cd')
  comeBack(2)
  expect(last().input()).toBe('cd')
  connection.sendText('\x1b[?1;2c')
  connection.sendText('e')
  // Of this connection everything arrived: "cd", the answer and "e".
  comeBack(2 + 2 + 7 + 1)
  expect(last().input()).toBe('')
})

test('what was acknowledged is not kept', async () => {
  const { connection, last, comeBack } = setUp()
  last().attach()
  connection.sendText('abcdef')
  last().control({ type: 'ack', bytes: 6 })
  // An older count must not turn back a newer one.
  last().control({ type: 'ack', bytes: 2 })
  connection.sendText('g')
  comeBack(6)
  expect(last().input()).toBe('g')
})

test('all sockets of a page carry on one stream, and a new program gets a new one', async () => {
  const { connection, last, comeBack, streams } = setUp()
  last().attach()
  comeBack(0)
  last().lose(terminalCloseCode.sessionEnded)
  connection.connect()
  expect(streams[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(streams[1]).toBe(streams[0])
  expect(streams[2]).not.toBe(streams[0])
})

test('a server that did not count cannot tell what arrived: that is said, and nothing is typed twice', async () => {
  const { connection, last, comeBack, lost } = setUp()
  last().attach()
  connection.sendText('rm -r build')
  last().lose(1006)
  connection.sendText('\r')
  comeBack(0, otherCount)
  expect(last().input()).toBe('')
  expect(lost).toEqual([[12, 'unknown']])
  connection.sendText('x')
  expect(last().input()).toBe('x')
})

test('what no socket was given is safe with any server', async () => {
  const { connection, last, lost } = setUp()
  last().attach()
  connection.sendText('a')
  last().control({ type: 'ack', bytes: 1 })
  last().lose(1006)
  connection.sendText('b')
  await vi.advanceTimersByTimeAsync(1000)
  last().attach({ arrivedBytes: 0, countId: otherCount })
  expect(last().input()).toBe('b')
  // And back at the first one, which counts on from where it was: it cannot know either.
  last().control({ type: 'ack', bytes: 1 })
  last().lose(1006)
  connection.sendText('c')
  await vi.advanceTimersByTimeAsync(5000)
  last().attach({ arrivedBytes: 1 })
  expect(last().input()).toBe('c')
  expect(lost).toEqual([])
})

test('what waited for more than two minutes is dropped, and that is said', async () => {
  const { connection, sockets, last, lost } = setUp()
  last().attach()
  last().lose(1006)
  connection.sendText('make deploy\r')
  const downUntil = Date.now() + maxHeldMs
  while (Date.now() <= downUntil) {
    await vi.advanceTimersByTimeAsync(1000)
    if (last().readyState === 0) last().lose(1006)
  }
  await vi.advanceTimersByTimeAsync(20_000)
  last().attach()
  expect(sockets.map((socket) => socket.input()).join('')).toBe('')
  expect(lost).toEqual([[12, 'late']])
})

test('a paste goes on after a cut, in whole characters', async () => {
  const { connection, last, comeBack } = setUp()
  last().attach()
  const paste = `a${'漢'.repeat(100_000)}`
  connection.sendText(paste)
  await vi.advanceTimersByTimeAsync(50)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const [first = new Uint8Array()] = last().inputs()
  for (const frame of last().inputs()) decoder.decode(frame)
  comeBack(first.byteLength)
  await vi.advanceTimersByTimeAsync(50)
  expect(decoder.decode(first) + last().input()).toBe(paste)
})

test('only so much waits for a connection', () => {
  const { connection, last } = setUp()
  expect(connection.sendText('x'.repeat(60_000))).toBe(true)
  expect(connection.sendText('y'.repeat(60_000))).toBe(false)
  last().attach()
  expect(connection.sendText('y'.repeat(60_000))).toBe(true)
})

test('what was not sent when the terminal was over is said; what was, is not expected to be confirmed', () => {
  const { connection, last, lost } = setUp()
  last().attach()
  connection.sendText('exit\r')
  last().lose(terminalCloseCode.sessionEnded)
  expect(lost).toEqual([])
  expect(connection.sendText('x')).toBe(false)

  connection.connect()
  connection.sendText('typed too early')
  last().lose(terminalCloseCode.environmentStopped)
  expect(lost).toEqual([[15, 'over']])
})

test.each(['\x1b[I', '\x1b[?1;2c', '\x1b[>0;276;0c', '\x1b]11;rgb:0000/0000/0000\x1b\\', '\x1b[<35;10;3M'])(
  'what the terminal says by itself (%j) is nothing for a later connection',
  (text) => {
    expect(isReply(text)).toBe(true)
    const { connection, last } = setUp()
    expect(connection.sendText(text)).toBe(false)
    last().attach()
    expect(last().input()).toBe('')
  },
)

test.each(['\x1b[A', '\x1bOP', '\x1b', 'a', '\x1b[15~', '\x1b[200~pasted\x1b[201~', '\x1b[Ix'])(
  'a key or a paste (%j) is no such thing',
  (text) => {
    expect(isReply(text)).toBe(false)
  },
)
