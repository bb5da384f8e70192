import { screen } from '@testing-library/react'
import { useQuery } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { UpdateEnvironment, holdMinutes, type Environment } from '@craftastic/contract'
import { environmentQuery } from '@/api/environments'
import { IdleStop } from '@/components/IdleStop'
import { idleStopChoices, idleStopState } from '@/lib/idle-stop'
import { aProblem, anEnvironment, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const path = `/api/environments/${ids.environment}`
const nowMs = new Date(2026, 4, 1, 14, 20).getTime()
const inMinutes = (minutes: number) => new Date(nowMs + minutes * 60_000).toISOString()

afterEach(() => vi.unstubAllGlobals())

function Shown() {
  const { data } = useQuery(environmentQuery(ids.environment))
  return data && <IdleStop environment={data} />
}

function show(part: Partial<Environment>, handlers: Parameters<typeof startFakeServer>[0] = {}) {
  const server = startFakeServer(handlers)
  const view = renderAt('/', <Shown />, (client) => {
    client.setQueryData(environmentQuery(ids.environment).queryKey, anEnvironment(part))
  })
  const choice = () => screen.getByRole<HTMLSelectElement>('combobox', { name: 'Idle stop' })
  return { ...view, server, choice }
}

test.each<[string, Partial<Environment>, ReturnType<typeof idleStopState>]>([
  ['off', { awakeReason: 'A terminal is attached.' }, { name: 'off' }],
  ['stopped', { idleStopMinutes: 30, status: 'stopped' }, { name: 'not-running' }],
  ['new', { idleStopMinutes: 30 }, { name: 'new', words: 'Whether it is in use shows within a minute.' }],
  [
    'in use',
    { idleStopMinutes: 30, awakeReason: 'A terminal is attached.' },
    { name: 'awake', words: 'A terminal is attached.' },
  ],
  ['idle', { idleStopMinutes: 30, idleStopAt: inMinutes(12) }, { name: 'idle', words: 'Stops at 14:32, in 12 min.' }],
  ['due', { idleStopMinutes: 30, idleStopAt: inMinutes(-1) }, { name: 'idle', words: 'Stops now.' }],
  [
    'held',
    { idleStopMinutes: 30, idleStopAt: inMinutes(120), heldUntil: inMinutes(105) },
    { name: 'held', words: 'Until 16:05, whatever runs there.' },
  ],
  ['held before', { idleStopMinutes: 30, awakeReason: 'x', heldUntil: inMinutes(-1) }, { name: 'awake', words: 'x' }],
])('%s', (_name, part, state) => expect(idleStopState(anEnvironment(part), nowMs)).toEqual(state))

test('offers what is set, also where it is none of the usual', () => {
  expect(idleStopChoices(90).map(({ label }) => label)).toEqual([
    '15 min',
    '30 min',
    '1 h',
    '1 h 30 min',
    '2 h',
    '4 h',
    '8 h',
  ])
})

test('a choice shows at once and survives choices made while the first is on its way', async () => {
  let kept = anEnvironment()
  const { user, server, choice } = show(
    {},
    {
      [`GET ${path}`]: () => ok(kept),
      [`PATCH ${path}`]: ({ body }) => ok((kept = { ...kept, ...UpdateEnvironment.parse(body) })),
    },
  )
  expect(screen.getByText('Never stopped for being idle')).toBeTruthy()
  await user.selectOptions(choice(), '30 min')
  await user.selectOptions(choice(), '1 h')
  expect(choice().value).toBe('60')
  await vi.waitFor(() => expect(kept.idleStopMinutes).toBe(60))
  expect(choice().value).toBe('60')
  await user.selectOptions(choice(), 'Off')
  await vi.waitFor(() => expect(server.bodyOf(`PATCH ${path}`)).toEqual({ idleStopMinutes: null }))
})

test('a refused choice goes back', async () => {
  const { user, choice } = show(
    { idleStopMinutes: 30 },
    {
      [`GET ${path}`]: () => ok(anEnvironment({ idleStopMinutes: 30 })),
      [`PATCH ${path}`]: () => refusal(aProblem({ code: 'internal', status: 500 })),
    },
  )
  await user.selectOptions(choice(), 'Off')
  await vi.waitFor(() => expect(choice().value).toBe('30'))
})

test('is held and released', async () => {
  let kept = anEnvironment({ idleStopMinutes: 30, awakeReason: 'A terminal is attached.' })
  const hold = (heldUntil: string | null) => () => ok((kept = { ...kept, heldUntil }))
  const { user, server } = show(kept, {
    [`GET ${path}`]: () => ok(kept),
    [`POST ${path}/hold`]: hold(new Date(Date.now() + holdMinutes * 60_000).toISOString()),
    [`DELETE ${path}/hold`]: hold(null),
  })
  await user.dblClick(screen.getByRole('button', { name: 'Hold for 2 hours' }))
  expect(await screen.findByText('Held awake')).toBeTruthy()
  await vi.waitFor(() => expect(screen.getByRole('button', { name: 'Release' }).hasAttribute('disabled')).toBe(false))
  await user.click(screen.getByRole('button', { name: 'Release' }))
  expect(await screen.findByText('Awake')).toBeTruthy()
  const changes = server.calls.filter(({ method }) => method !== 'GET')
  expect(changes.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
})
