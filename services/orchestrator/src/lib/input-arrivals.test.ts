import type { TerminalServerMessage } from '@craftastic/contract'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { creditBytes } from '../services/terminal.ts'
import { createInputArrivals } from './input-arrivals.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const told: TerminalServerMessage[] = []
  const input = { bytes: 0, add: (bytes: number) => void (input.bytes += bytes) }
  const socket = { bufferedBytes: 0, sendMessage: (message: TerminalServerMessage) => void told.push(message) }
  return { told, socket, arrivals: createInputArrivals(input, socket) }
}

it('tells of many keys once, with all that came until then', () => {
  const { told, arrivals } = setUp()
  for (let key = 0; key < 5; key++) arrivals.add(1)
  expect(told).toEqual([])
  vi.runAllTimers()
  expect(told).toEqual([{ type: 'ack', bytes: 5 }])
  arrivals.add(2)
  vi.runAllTimers()
  expect(told.slice(1)).toEqual([{ type: 'ack', bytes: 7 }])
})

it('tells at once when it is asked to, and nothing twice', () => {
  const { told, arrivals } = setUp()
  arrivals.tell()
  arrivals.add(3)
  arrivals.tell()
  vi.runAllTimers()
  expect(told).toEqual([{ type: 'ack', bytes: 3 }])
})

it('tells nothing to who does not read, and nothing once it is over', () => {
  const { told, socket, arrivals } = setUp()
  socket.bufferedBytes = creditBytes
  arrivals.add(1)
  vi.runAllTimers()
  socket.bufferedBytes = 0
  arrivals.add(1)
  arrivals.stop()
  vi.runAllTimers()
  expect(told).toEqual([])
})
