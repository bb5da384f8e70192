import { act, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Operation } from '@craftastic/contract'
import { applyEvent } from '@/api/event-updates'
import { historyPageSize } from '@/api/operation-history'
import { OperationHistory } from '@/components/OperationHistory'
import { aProblem, anEnvironment, anOperation, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const firstPage = `GET /api/environments/${ids.environment}/operations?limit=${historyPageSize}`
const pageAfter = (createdAt: string) => `${firstPage}&before=${encodeURIComponent(createdAt)}`

/** The nth operation, 1 is the oldest. */
function numbered(number: number, part: Partial<Operation> = {}): Operation {
  const id = `44444444-4444-4444-8444-${String(number).padStart(12, '0')}`
  const at = new Date(Date.UTC(2026, 4, 1, 10, number)).toISOString()
  const finishedAt = new Date(Date.parse(at) + 12_000).toISOString()
  return anOperation({ id, kind: 'start', state: 'succeeded', createdAt: at, startedAt: at, finishedAt, ...part })
}

const show = () => renderAt('/', <OperationHistory environment={anEnvironment()} />)
const rows = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)

afterEach(() => vi.unstubAllGlobals())

test('tells what was done, by whom, how long it took and how it ended', async () => {
  const error = { step: 'clone', reason: 'The repository is private.', output: null } as const
  startFakeServer({
    [firstPage]: () =>
      ok({
        operations: [
          numbered(3, { kind: 'recover', requestedBy: null }),
          numbered(2, { kind: 'stop', requestedBy: ids.user, state: 'cancelled' }),
          numbered(1, { kind: 'create', requestedBy: ids.user, state: 'failed', error }),
        ],
      }),
  })
  show()
  await screen.findByText('Brought back')
  const [recovered, stopped, created] = rows()
  expect(recovered).toMatch(/^Brought backby the server.*12 sDone$/)
  expect(stopped).toMatch(/^Stopby you.*Cancelled$/)
  expect(created).toMatch(/^Createby you.*FailedThe repository is private\.$/)
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
})

test('shows more in pages', async () => {
  const newest = Array.from({ length: historyPageSize }, (_, index) => numbered(historyPageSize + 1 - index))
  const server = startFakeServer({
    [firstPage]: () => ok({ operations: newest }),
    [pageAfter(numbered(2).createdAt)]: () => ok({ operations: [numbered(1, { kind: 'create' })] }),
  })
  const { user } = show()
  await user.click(await screen.findByRole('button', { name: 'Show more' }))
  expect(await screen.findByText('Created')).toBeTruthy()
  expect(rows()).toHaveLength(historyPageSize + 1)
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
  expect(server.calls).toHaveLength(2)
})

test('an event adds what begins and settles what ends', async () => {
  startFakeServer({ [firstPage]: () => ok({ operations: [numbered(1)] }) })
  const { client } = show()
  await screen.findByText('Started')
  const apply = (operation: Operation) =>
    act(() => applyEvent(client, { type: 'operation', environmentId: ids.environment, operation, lines: [] }))
  apply(numbered(2, { kind: 'restart', state: 'running', finishedAt: null }))
  await screen.findByText('Restart')
  expect(rows()[0]).toMatch(/^Restart.*Under way$/)
  apply(numbered(2, { kind: 'restart' }))
  await screen.findByText('Restarted')
  expect(rows()[0]).toMatch(/^Restarted.*Done$/)
  expect(rows()).toHaveLength(2)
})

test('unfolds the log', async () => {
  const operation = numbered(1)
  startFakeServer({
    [firstPage]: () => ok({ operations: [operation] }),
    [`GET /api/operations/${operation.id}`]: () => ok({ ...operation, lines: ['Started the container.'] }),
  })
  const { user } = show()
  await user.click(await screen.findByRole('button', { name: 'Started' }))
  const row = screen.getByRole('listitem')
  expect(await within(row).findByText('Started the container.')).toBeTruthy()
})

test('says that there is nothing yet', async () => {
  startFakeServer({ [firstPage]: () => ok({ operations: [] }) })
  show()
  expect(await screen.findByText(/^Nothing yet\./)).toBeTruthy()
})

test('a failure to read says so and lets one try again', async () => {
  let works = false
  startFakeServer({
    [firstPage]: () =>
      works ? ok({ operations: [numbered(1)] }) : refusal(aProblem({ code: 'database_unavailable', status: 503 })),
  })
  const { user } = show()
  expect((await screen.findByRole('alert')).textContent).toContain('The database is not available')
  works = true
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('Started')).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
})
