import { act } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EnvironmentStatus } from '@craftastic/contract'
import { useAttachAgain } from '@/lib/use-attach-again'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { environmentKeys } from '@/api/keys'
import { ids } from './fixtures'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

interface Situation {
  phase: TerminalPhase
  status: EnvironmentStatus
  restoredAt?: string | null
}

function setUp(first: Situation) {
  const connection = { connect: vi.fn(), retryNow: vi.fn() }
  const client = new QueryClient()
  function Terminal({ phase, status, restoredAt = null }: Situation) {
    const environment = { id: ids.environment, status }
    useAttachAgain({
      session: { restoredAt },
      environment,
      statusKey: environmentKeys.one(ids.environment),
      phase,
      connection: () => connection,
    })
    return null
  }
  const element = (situation: Situation) => (
    <QueryClientProvider client={client}>
      <Terminal {...situation} />
    </QueryClientProvider>
  )
  const { rerender } = render(element(first))
  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
  return { connection, become: (situation: Situation) => rerender(element(situation)), wait }
}

const stopped: TerminalPhase = { name: 'stopped' }
const ended: TerminalPhase = { name: 'ended' }

test('attaches once the environment runs again, and does nothing before', async () => {
  const { connection, become, wait } = setUp({ phase: stopped, status: 'stopped' })
  await wait(60_000)
  become({ phase: stopped, status: 'starting' })
  await wait(60_000)
  expect(connection.connect).not.toHaveBeenCalled()
  become({ phase: stopped, status: 'running' })
  await wait(500)
  expect(connection.connect).toHaveBeenCalledTimes(1)
})

test('a stop that the page has not heard of yet is tried again ever more slowly', async () => {
  const { connection, become, wait } = setUp({ phase: stopped, status: 'running' })
  await wait(300)
  expect(connection.connect).toHaveBeenCalledTimes(1)
  become({ phase: { name: 'stopped' }, status: 'running' })
  await wait(300)
  expect(connection.connect).toHaveBeenCalledTimes(1)
  await wait(300)
  expect(connection.connect).toHaveBeenCalledTimes(2)
})

test('a session that was made again is attached, also where the terminal saw its end', async () => {
  const { connection, become } = setUp({ phase: ended, status: 'starting' })
  become({ phase: ended, status: 'starting', restoredAt: '2026-05-01T10:00:00.000Z' })
  expect(connection.connect).not.toHaveBeenCalled()
  become({ phase: ended, status: 'running', restoredAt: '2026-05-01T10:00:00.000Z' })
  expect(connection.connect).toHaveBeenCalledTimes(1)
})

test('a shell that somebody ended stays ended', async () => {
  const restoredAt = '2026-05-01T10:00:00.000Z'
  const { connection, become, wait } = setUp({ phase: { name: 'connected' }, status: 'running', restoredAt })
  become({ phase: ended, status: 'running', restoredAt })
  become({ phase: ended, status: 'stopped', restoredAt })
  become({ phase: ended, status: 'running', restoredAt })
  await wait(60_000)
  expect(connection.connect).not.toHaveBeenCalled()
})
