import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TerminalServerMessage } from '@craftastic/contract'
import type { TerminalChannel } from './ssh.ts'
import { creditBytes, inputSettleMs, stallMs, TerminalViewer } from './terminal.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function fakeChannel() {
  const output = new PassThrough({ highWaterMark: 16 * 1024 * 1024 })
  const written: string[] = []
  let onClose = () => {}
  const channel: TerminalChannel & { ended: boolean; output: PassThrough } = {
    ended: false,
    output,
    write: (input) => written.push(input.toString()) > 0,
    onDrain: () => {},
    end: () => {},
    resize: () => {},
    onClose: (listener) => (onClose = listener),
    close: () => {
      channel.ended = true
      onClose()
    },
  }
  return {
    channel,
    written,
    print: (bytes: number | string) => output.write(typeof bytes === 'string' ? bytes : Buffer.alloc(bytes, 'x')),
  }
}

function openViewer({ readOnly = false } = {}) {
  const channels: ReturnType<typeof fakeChannel>[] = []
  const sent: Buffer[] = []
  const messages: string[] = []
  const errorCodes: string[] = []
  let givenBytes = 0
  const lost = vi.fn()
  const sink = {
    bufferedBytes: 0,
    paused: false,
    sendOutput: (bytes: Buffer) => void sent.push(bytes),
    sendMessage: (message: TerminalServerMessage) => {
      messages.push(message.type)
      if (message.type === 'error') errorCodes.push(message.code)
    },
    pauseInput: () => void (sink.paused = true),
    resumeInput: () => void (sink.paused = false),
  }
  const viewer = new TerminalViewer({
    sessionId: 'a3f1c1de-0000-4000-8000-000000000000',
    size: { cols: 80, rows: 24 },
    sink,
    readOnly,
    attach: async () => {
      const next = fakeChannel()
      channels.push(next)
      return next.channel
    },
    onInput: (bytes) => (givenBytes += bytes.length),
    onLost: lost,
  })
  const latest = () => {
    const found = channels.at(-1)
    if (found === undefined) throw new Error('nothing is attached')
    return found
  }
  const sentBytes = () => sent.reduce((sum, bytes) => sum + bytes.length, 0)
  return { viewer, channels, given: () => givenBytes, latest, sentBytes, messages, errorCodes, lost, sink }
}

/** Streams hand over data in later turns of the event loop. */
const settle = () => vi.advanceTimersByTimeAsync(1)

test('input is held until the first output of an attach, then arrives in order', async () => {
  const { viewer, latest } = openViewer()
  void viewer.attach()
  viewer.input(Buffer.from('a'))
  await settle()
  viewer.input(Buffer.from('b'))
  expect(latest().written).toEqual([])
  latest().print('prompt')
  await settle()
  viewer.input(Buffer.from('c'))
  expect(latest().written).toEqual(['a', 'b', 'c'])
})

test('held input is bounded by not reading the socket', async () => {
  const { viewer, sink, latest } = openViewer()
  void viewer.attach()
  viewer.input(Buffer.alloc(70 * 1024))
  expect(sink.paused).toBe(true)
  await settle()
  latest().print('prompt')
  await settle()
  expect(sink.paused).toBe(false)
})

test('a viewer that stalls is detached, and attached again by its next acknowledgement', async () => {
  const { viewer, channels, latest, sentBytes, messages } = openViewer()
  void viewer.attach()
  await settle()
  latest().print('hello')
  await settle()
  viewer.acknowledge(5)
  latest().print(creditBytes + 1)
  await settle()
  expect(latest().channel.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(stallMs)
  expect(latest().channel.ended).toBe(true)
  expect(channels).toHaveLength(1)

  viewer.acknowledge(sentBytes())
  await settle()
  expect(channels).toHaveLength(2)
  expect(messages).toEqual(['ready', 'ready'])
  latest().print('redraw')
  await settle()
  viewer.input(Buffer.from('x'))
  expect(latest().written).toEqual(['x'])
})

test('output goes on without a detach when the acknowledgement comes in time', async () => {
  const { viewer, channels, latest, sentBytes } = openViewer()
  void viewer.attach()
  await settle()
  latest().print('hello')
  await settle()
  viewer.acknowledge(5)
  latest().print(creditBytes + 1)
  await settle()
  await vi.advanceTimersByTimeAsync(stallMs - 50)
  viewer.acknowledge(sentBytes())
  await vi.advanceTimersByTimeAsync(stallMs * 2)
  latest().print('more')
  await settle()
  expect(channels).toHaveLength(1)
  expect(latest().channel.ended).toBe(false)
  expect(sentBytes()).toBe(5 + creditBytes + 1 + 4)
})

test('typing brings a stalled viewer back, so that ^C bites', async () => {
  const { viewer, channels, latest } = openViewer()
  void viewer.attach()
  await settle()
  latest().print('hello')
  await settle()
  viewer.acknowledge(5)
  latest().print(creditBytes + 1)
  await vi.advanceTimersByTimeAsync(stallMs + 1)
  viewer.input(Buffer.from('\x03'))
  await settle()
  expect(channels).toHaveLength(2)
  latest().print('redraw')
  await settle()
  expect(latest().written).toEqual(['\x03'])
})

test('without acknowledgements the buffer of the socket is the measure', async () => {
  const { viewer, latest, sink } = openViewer()
  void viewer.attach()
  await settle()
  latest().print(creditBytes * 2)
  await settle()
  await vi.advanceTimersByTimeAsync(stallMs * 2)
  expect(latest().channel.ended).toBe(false)
  sink.bufferedBytes = creditBytes + 1
  latest().print('x')
  await settle()
  await vi.advanceTimersByTimeAsync(stallMs)
  expect(latest().channel.ended).toBe(true)
})

test('an acknowledgement of more than was sent counts as all of it', async () => {
  const { viewer, latest } = openViewer()
  void viewer.attach()
  await settle()
  latest().print('hello')
  await settle()
  viewer.acknowledge(Number.MAX_SAFE_INTEGER)
  latest().print(creditBytes + 1)
  await vi.advanceTimersByTimeAsync(stallMs + 1)
  expect(latest().channel.ended).toBe(true)
})

test('a tmux client that goes away is reported once, a closed viewer never', async () => {
  const { viewer, latest, lost } = openViewer()
  void viewer.attach()
  await settle()
  latest().channel.close()
  expect(lost).toHaveBeenCalledExactlyOnceWith(null)
  void viewer.attach()
  await settle()
  void viewer.close()
  expect(latest().channel.ended).toBe(true)
  expect(lost).toHaveBeenCalledOnce()
})

test('a client that was typed to is let go of once tmux has surely read it', async () => {
  const { viewer, latest, given } = openViewer()
  void viewer.attach()
  await settle()
  latest().print('prompt')
  await settle()
  viewer.input(Buffer.from('x'))
  expect(given()).toBe(1)
  const closed = viewer.close()
  viewer.input(Buffer.from('late'))
  // What it prints meanwhile is read, and goes nowhere.
  latest().print(creditBytes)
  await vi.advanceTimersByTimeAsync(inputSettleMs - 100)
  expect(latest().channel.ended).toBe(false)
  expect(latest().channel.output.readableLength).toBe(0)
  await vi.advanceTimersByTimeAsync(200)
  await closed
  expect(latest().channel.ended).toBe(true)
  expect(latest().written).toEqual(['x'])
  expect(given()).toBe(1)
})

test('what is held when a viewer closes was given to nobody', async () => {
  const { viewer, given, latest } = openViewer()
  void viewer.attach()
  await settle()
  viewer.input(Buffer.from('held'))
  void viewer.close()
  latest().print('prompt')
  await settle()
  expect(given()).toBe(0)
  expect(latest().written).toEqual([])
})

test('a viewer closed while it attaches leaves no client behind', async () => {
  const { viewer, latest } = openViewer()
  void viewer.attach()
  void viewer.close()
  await settle()
  expect(latest().channel.ended).toBe(true)
})

test('who only watches types nothing, hears of it once, and stays behind until an acknowledgement', async () => {
  const { viewer, channels, latest, sentBytes, errorCodes } = openViewer({ readOnly: true })
  void viewer.attach()
  viewer.input(Buffer.from('held'))
  await settle()
  latest().print('hello')
  await settle()
  viewer.input(Buffer.from('x'))
  expect(latest().written).toEqual([])
  expect(errorCodes).toEqual(['read_only'])

  viewer.acknowledge(5)
  latest().print(creditBytes + 1)
  await vi.advanceTimersByTimeAsync(stallMs + 1)
  viewer.input(Buffer.from('\x03'))
  await settle()
  expect(channels).toHaveLength(1)
  viewer.acknowledge(sentBytes())
  await settle()
  expect(channels).toHaveLength(2)
})
