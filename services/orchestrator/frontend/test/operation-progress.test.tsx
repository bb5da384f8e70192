import { act, screen } from '@testing-library/react'
import { useQuery } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Operation } from '@craftastic/contract'
import { environmentQuery } from '@/api/environments'
import { OperationProgress } from '@/components/OperationProgress'
import { aProblem, anEnvironment, anOperation, aStep, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const cancelPath = `POST /api/operations/${ids.operation}/cancel`

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function Shown() {
  const { data } = useQuery(environmentQuery(ids.environment))
  if (!data?.operation) return null
  return (
    <>
      <OperationProgress operation={data.operation} />
      <output>{`${data.status} ${data.operation.state}`}</output>
    </>
  )
}

function show(part: Partial<Operation>, handlers: Parameters<typeof startFakeServer>[0] = {}) {
  const operation = anOperation({ steps: [aStep({ name: 'container', state: 'running' })], ...part })
  const status = operation.kind === 'stop' ? 'stopping' : 'starting'
  const environment = anEnvironment({ status, operation })
  const server = startFakeServer(handlers)
  renderAt('/', <Shown />, (client) => {
    client.setQueryData(environmentQuery(ids.environment).queryKey, environment)
  })
  const truth = () => screen.getByText(/^(starting|stopping) (running|queued|cancelled)$/).textContent
  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
  return { server, truth, wait }
}

test.each<[Operation['kind'], string]>([
  ['create', 'Preparing the environment'],
  ['restart', 'Restarting'],
  ['recover', 'Bringing it back'],
])('%s: %s', (kind, title) => {
  show({ kind })
  expect(screen.getByRole('region', { name: title }).textContent).toContain('Start the container')
})

test('says the place in line while it waits', () => {
  show({ state: 'queued', queuePosition: 2 })
  expect(screen.getByText('Waiting: 2nd in line')).toBeTruthy()
})

test('says when it gives up once half of the time is used', async () => {
  vi.setSystemTime('2026-05-01T10:04:00Z')
  const { wait } = show({ deadlineAt: '2026-05-01T10:10:00.000Z' })
  expect(screen.queryByText(/Gives up at/)).toBeNull()
  await wait(90_000)
  expect(screen.getByText(/Gives up at \d\d:10/)).toBeTruthy()
})

test('cancel waits until a hand that still clicks has calmed down, then shows itself at once', async () => {
  const { server, truth, wait } = show({}, { [cancelPath]: () => ok(anOperation({ state: 'cancelled' })) })
  const cancel = screen.getByRole('button', { name: 'Cancel' })
  cancel.click()
  await wait(1000)
  expect(server.paths()).toEqual([])
  cancel.click()
  cancel.click()
  await wait(0)
  expect(truth()).toBe('stopping cancelled')
  expect(server.paths().filter((path) => path === cancelPath)).toHaveLength(1)
})

test('calling off a stop keeps it running', async () => {
  const answer = anOperation({ kind: 'stop', state: 'cancelled' })
  const { truth, wait } = show({ kind: 'stop' }, { [cancelPath]: () => ok(answer) })
  await wait(1000)
  screen.getByRole('button', { name: 'Keep it running' }).click()
  await wait(0)
  expect(truth()).toBe('starting cancelled')
})

test('what cannot be called off any more stays as it is', async () => {
  const problem = aProblem({ code: 'operation_not_cancellable', status: 409 })
  const { truth, wait } = show({}, { [cancelPath]: () => refusal(problem) })
  await wait(1000)
  screen.getByRole('button', { name: 'Cancel' }).click()
  await wait(100)
  expect(truth()).toBe('starting running')
})

test('a delete is final', () => {
  show({ kind: 'delete' })
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
})
