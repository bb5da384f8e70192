import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TerminalServerMessage } from '@craftastic/contract'
import type { TerminalChannel } from './ssh.ts'
import { creditBytes, inputSendMs, inputSettleMs, stallMs, TerminalViewer } from './terminal.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type FakeChannel = TerminalChannel & { ended: boolean; output: PassThrough; isWritable: boolean; unsentBytes: number }

function fakeChannel() {
  const output = new PassThrough({ highWaterMark: 16 * 1024 * 1024 })
  const written: string[] = []
  let onClose = () => {}
  const channel: FakeChannel = {
    ended: false,
    output,
    isWritable: true,
    unsentBytes: 0,
    write: (input) => written.push(input.toString()) > 0 && channel.unsentBytes === 0,
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

test('each tmux client is answered once, and soon or not at all; all of it counts as given', async () => {
  const { viewer, latest, given } = openViewer()
  const answer = Buffer.from('\x1b[?1;2c')
  void viewer.attach()
  // Of a client before it.
  viewer.input(answer)
  await settle()
  latest().print('prompt')
  await settle()
  viewer.input(answer)
  expect(latest().written).toEqual([answer.toString()])
  await vi.advanceTimersByTimeAsync(5_000)
  const late = Buffer.from('\x1b[>0;276;0c')
  viewer.input(late)
  viewer.input(Buffer.from('typed'))
  expect(latest().written).toEqual([answer.toString(), 'typed'])
  expect(given()).toBe(2 * answer.length + late.length + 'typed'.length)
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

/** A viewer at a prompt that has acknowledged what it got. */
async function openAtPrompt() {
  const opened = openViewer()
  void opened.viewer.attach()
  await settle()
  opened.latest().print('hello')
  await settle()
  opened.viewer.acknowledge(5)
  return opened
}

test('a viewer that stalls while its input is held up is read again, or its acknowledgements would never come', async () => {
  const { viewer, channels, latest, sink, sentBytes } = await openAtPrompt()
  latest().channel.unsentBytes = 1
  viewer.input(Buffer.from('paste'))
  expect(sink.paused).toBe(true)
  latest().print(creditBytes + 1)
  await vi.advanceTimersByTimeAsync(stallMs + 1)
  expect(sink.paused).toBe(false)

  // What follows comes behind what the first channel has still to send.
  viewer.acknowledge(sentBytes())
  viewer.input(Buffer.from('more'))
  await vi.advanceTimersByTimeAsync(500)
  expect(channels).toHaveLength(1)
  expect(latest().channel.ended).toBe(false)
  latest().channel.unsentBytes = 0
  await vi.advanceTimersByTimeAsync(100)
  expect(channels).toHaveLength(2)
  expect(channels[0]?.channel.ended).toBe(false)
  latest().print('redraw')
  await vi.advanceTimersByTimeAsync(inputSettleMs)
  expect(channels.map(({ written }) => written)).toEqual([['paste'], ['more']])
  expect(channels[0]?.channel.ended).toBe(true)
})

test('a channel that never sends what it took is given up', async () => {
  const { viewer, latest } = await openAtPrompt()
  latest().channel.unsentBytes = 1
  viewer.input(Buffer.from('x'))
  void viewer.close()
  await vi.advanceTimersByTimeAsync(inputSendMs - 100)
  expect(latest().channel.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(inputSettleMs + 200)
  expect(latest().channel.ended).toBe(true)
})

test('a key for a client that is ending is held for the next one, and counts when that one takes it', async () => {
  const { viewer, latest, given, sink } = await openAtPrompt()
  latest().channel.isWritable = false
  viewer.input(Buffer.from('x'))
  expect([given(), sink.paused, latest().written]).toEqual([0, false, []])
  latest().channel.close()
  void viewer.attach()
  await settle()
  latest().print('redraw')
  await settle()
  expect([given(), latest().written]).toEqual([1, ['x']])
})

test('a key for a client that is ending brings a viewer back that stalls meanwhile', async () => {
  const { viewer, channels, latest } = await openAtPrompt()
  latest().print(creditBytes + 1)
  await settle()
  latest().channel.isWritable = false
  viewer.input(Buffer.from('\x03'))
  await vi.advanceTimersByTimeAsync(stallMs + 1)
  expect(channels).toHaveLength(2)
  latest().print('redraw')
  await settle()
  expect(latest().written).toEqual(['\x03'])
})

test('a viewer that stalls again and again is attached after growing pauses, or when it types', async () => {
  const { viewer, channels, latest, sentBytes } = await openAtPrompt()
  const stall = async () => {
    latest().print(creditBytes + 1)
    await vi.advanceTimersByTimeAsync(stallMs + 1)
  }
  for (const [round, pauseMs] of [0, 500, 1_000, 2_000, 2_000].entries()) {
    await stall()
    viewer.acknowledge(sentBytes())
    if (pauseMs > 0) await vi.advanceTimersByTimeAsync(pauseMs - 10)
    await settle()
    expect(channels).toHaveLength(round + (pauseMs > 0 ? 1 : 2))
    await vi.advanceTimersByTimeAsync(20)
    expect(channels).toHaveLength(round + 2)
  }
  await stall()
  viewer.acknowledge(sentBytes())
  viewer.input(Buffer.from('\x03'))
  await settle()
  expect(channels).toHaveLength(7)

  // Who has kept up for a while begins anew.
  await vi.advanceTimersByTimeAsync(10_000)
  await stall()
  viewer.acknowledge(sentBytes())
  await settle()
  expect(channels).toHaveLength(8)
})

test('a viewer that closes while it waits for its attach is attached no more', async () => {
  const { viewer, channels, latest, sentBytes } = await openAtPrompt()
  for (let round = 0; round < 2; round++) {
    latest().print(creditBytes + 1)
    await vi.advanceTimersByTimeAsync(stallMs + 1)
    viewer.acknowledge(sentBytes())
    await settle()
  }
  void viewer.close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(channels).toHaveLength(2)
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
