// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { terminalCloseCode } from '@craftastic/contract'
import { setUpConnection as setUp } from './fake-terminal'

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => vi.useRealTimers())

describe('losing the connection', () => {
  test('tries again at once, then ever more slowly, and starts anew after a stable time', async () => {
    const { connection, last, phases } = setUp()
    const pauses = () =>
      phases.filter((phase) => phase.name === 'waiting').map((phase) => Math.round(phase.retryAtMs - Date.now()))
    connection.connect()
    last().attach()
    last().lose(1006)
    expect(pauses()).toEqual([250])
    const waits: number[] = []
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await vi.advanceTimersByTimeAsync(20_000)
      last().lose(1006)
      await settle()
      const phase = connection.phase
      if (phase.name === 'waiting') waits.push(phase.retryAtMs - Date.now())
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000])
    await vi.advanceTimersByTimeAsync(20_000)
    last().attach()
    await vi.advanceTimersByTimeAsync(6000)
    last().lose(1006)
    expect(connection.phase).toEqual({ name: 'waiting', retryAtMs: Date.now() + 250 })
  })

  test.each([
    [terminalCloseCode.sessionEnded, 'ended'],
    [terminalCloseCode.frameTooLarge, 'refused'],
    [terminalCloseCode.notAllowed, 'refused'],
    [terminalCloseCode.sessionMissing, 'gone'],
    [terminalCloseCode.environmentStopped, 'stopped'],
  ])('code %i is final: %s', async (code, name) => {
    const { connection, last, sockets, phase } = setUp()
    connection.connect()
    last().attach()
    last().lose(code)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(phase()).toBe(name)
    connection.retryNow()
    expect(sockets).toHaveLength(1)
    connection.connect()
    expect(sockets).toHaveLength(2)
  })

  test.each([terminalCloseCode.serverRestarting, terminalCloseCode.tooSlow, 1001, 1006, 1011])(
    'code %i reconnects',
    async (code) => {
      const { connection, last, sockets } = setUp()
      connection.connect()
      last().attach()
      last().lose(code)
      await vi.advanceTimersByTimeAsync(1000)
      expect(sockets).toHaveLength(2)
    },
  )

  test('a wait ends when somebody asks or the network is back', async () => {
    const { connection, last, sockets, phase } = setUp()
    connection.connect()
    last().attach()
    last().lose(1006)
    connection.retryNow()
    expect(sockets).toHaveLength(2)
    expect(connection.phase).toEqual({ name: 'connecting', again: true })
    connection.retryNow()
    expect(sockets).toHaveLength(2)
    last().attach()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(2)
    expect(phase()).toBe('connected')
  })

  test('a sleep replaces a socket that may be dead', () => {
    const { connection, last, sockets } = setUp()
    connection.connect()
    last().attach()
    connection.replaceSocket()
    expect(sockets[0]?.closedByClient).toBe(true)
    expect(sockets).toHaveLength(2)
  })

  test('says the reason the server gave for a refusal', () => {
    const { connection, last } = setUp()
    connection.connect()
    last().attach()
    last().control({ type: 'error', code: 'not_allowed', message: 'Not yours.' })
    last().lose(terminalCloseCode.notAllowed)
    expect(connection.phase).toEqual({ name: 'refused', reason: 'Not yours.' })
  })
})

describe('a socket that never opened', () => {
  test.each(['gone', 'stopped', 'signed-out'] as const)(
    'is %s when the server says so over HTTP',
    async (diagnosis) => {
      const { connection, last, asked, sockets, phase } = setUp()
      asked.diagnosis = diagnosis
      connection.connect()
      last().lose(1006)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(phase()).toBe(diagnosis)
      expect(sockets).toHaveLength(1)
    },
  )

  test('is tried again when nothing speaks against it', async () => {
    const { connection, last, asked, sockets } = setUp()
    connection.connect()
    last().lose(1006)
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked.diagnoses).toBe(1)
    expect(sockets).toHaveLength(2)
  })

  test('forgets a diagnosis that arrives after the view is gone', async () => {
    const { connection, last, asked, phase, sockets } = setUp()
    asked.diagnosis = 'gone'
    connection.connect()
    last().lose(1006)
    connection.dispose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(phase()).toBe('idle')
    expect(sockets).toHaveLength(1)
  })
})

describe('an expired sign-in (4401)', () => {
  test('is renewed and the terminal comes back', async () => {
    const { connection, last, asked, sockets, phase } = setUp()
    connection.connect()
    last().attach()
    last().lose(terminalCloseCode.signInAgain)
    await settle()
    expect(asked.renewals).toBe(1)
    expect(sockets).toHaveLength(2)
    last().attach()
    expect(phase()).toBe('connected')
  })

  test('is renewed only once in a row', async () => {
    const { connection, last, asked, sockets, phase } = setUp()
    connection.connect()
    last().attach()
    last().lose(terminalCloseCode.signInAgain)
    await settle()
    last().attach()
    last().lose(terminalCloseCode.signInAgain)
    await settle()
    expect(asked.renewals).toBe(1)
    expect(sockets).toHaveLength(2)
    expect(phase()).toBe('signed-out')
  })

  test('that cannot be renewed is signed out', async () => {
    const { connection, last, asked, phase } = setUp()
    asked.renewed = false
    connection.connect()
    last().attach()
    last().lose(terminalCloseCode.signInAgain)
    await settle()
    expect(phase()).toBe('signed-out')
  })

  test('is no sign-out when the server was not there to ask', async () => {
    const { connection, last, asked, phase } = setUp()
    asked.renewed = new Error('no answer')
    connection.connect()
    last().attach()
    last().lose(terminalCloseCode.signInAgain)
    await settle()
    expect(phase()).toBe('waiting')
  })
})

test('dispose closes the socket and ends every timer', async () => {
  const { connection, last, sockets } = setUp()
  connection.connect()
  last().attach()
  connection.resize(100, 30)
  connection.dispose()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(last().closedByClient).toBe(true)
  expect(last().controls('resize')).toEqual([])
  expect(sockets).toHaveLength(1)
  expect(vi.getTimerCount()).toBe(0)
})
