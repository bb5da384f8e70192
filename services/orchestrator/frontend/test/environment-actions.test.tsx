import { screen, within } from '@testing-library/react'
import { useQuery } from '@tanstack/react-query'
import { Toaster } from 'sonner'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Environment } from '@craftastic/contract'
import { environmentQuery } from '@/api/environments'
import { EnvironmentCard } from '@/components/EnvironmentCard'
import { aProblem, aSession, anEnvironment, anOperation, aStep, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const path = `/api/environments/${ids.environment}`
const later = '2026-05-01T10:00:05.000Z'

/** Answers are in the test's hands, so that what shows before them can be seen. */
let answers: (() => void)[] = []
beforeEach(() => (answers = []))
afterEach(() => vi.unstubAllGlobals())
const answerAll = () => answers.splice(0).forEach((answer) => answer())

function Shown() {
  const { data } = useQuery(environmentQuery(ids.environment))
  return data && <EnvironmentCard environment={data} />
}

function setUp(part: Partial<Environment>, handlers: Parameters<typeof startFakeServer>[0] = {}) {
  const environment = anEnvironment(part)
  let kept = environment
  const become = (change: Partial<Environment>) => {
    kept = { ...kept, ...change, updatedAt: later }
    return ok(kept)
  }
  const verb = (change: Partial<Environment>) => async () => {
    await new Promise<void>((resolve) => answers.push(resolve))
    return become(change)
  }
  const server = startFakeServer({
    [`GET ${path}`]: () => ok(kept),
    [`POST ${path}/start`]: verb({ status: 'starting' }),
    [`POST ${path}/stop`]: verb({ status: 'stopping' }),
    [`POST ${path}/restart`]: verb({ status: 'starting' }),
    [`POST ${path}/retry`]: verb({ status: 'starting' }),
    [`PATCH ${path}`]: ({ body }) => become(body as Partial<Environment>),
    ...handlers,
  })
  const view = renderAt(
    '/',
    <>
      <Shown />
      <Toaster />
    </>,
    (client) => client.setQueryData(environmentQuery(ids.environment).queryKey, environment),
  )
  const choose = async (item: string) => {
    await view.user.click(screen.getByRole('button', { name: 'More for orchestrator' }))
    await view.user.click(await screen.findByRole('menuitem', { name: item }))
  }
  const changes = () => server.calls.filter(({ method }) => method !== 'GET')
  return { ...view, server, changes, choose }
}

test('start shows itself before the answer, and many clicks are one request', async () => {
  const { user, changes } = setUp({ status: 'stopped' })
  const button = screen.getByRole('button', { name: 'Start' })
  for (let click = 0; click < 10; click += 1) button.click()
  expect(await screen.findByText('Starting')).toBeTruthy()
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  answerAll()
  await user.click(document.body)
  expect(changes().map(({ path: to }) => to)).toEqual([`${path}/start`])
})

test('a refused start goes back to what was and says why', async () => {
  const detail = 'Ten environments wait already.'
  setUp(
    { status: 'stopped', statusReason: 'Stopped by you.' },
    { [`POST ${path}/start`]: () => refusal(aProblem({ code: 'queue_full', status: 429, detail })) },
  )
  screen.getByRole('button', { name: 'Start' }).click()
  expect(await screen.findByText(detail)).toBeTruthy()
  expect(screen.getByText('Stopped')).toBeTruthy()
  expect(screen.getByText('Stopped by you.')).toBeTruthy()
})

test('a stop without programs asks nothing', async () => {
  const { changes, choose } = setUp({ sessions: [aSession({ status: 'dead' })] })
  await choose('Stop')
  expect(await screen.findByText('Stopping')).toBeTruthy()
  expect(screen.queryByRole('alertdialog')).toBeNull()
  expect(changes().map(({ path: to }) => to)).toEqual([`${path}/stop`])
})

test.each([
  ['Stop', 'Stopping', 'stop'],
  ['Restart', 'Starting', 'restart'],
])('%s names the programs that end by it, and asks first', async (item, status, verb) => {
  const { user, changes, choose } = setUp({ sessions: [aSession({ currentCommand: 'vim' })] })
  await choose(item)
  const dialog = await screen.findByRole('alertdialog', { name: `${item} orchestrator?` })
  expect(dialog.textContent).toContain('vim')
  expect(dialog.textContent).toContain('The workspace is kept.')
  await user.click(within(dialog).getByRole('button', { name: 'Keep it running' }))
  expect(changes()).toEqual([])

  await choose(item)
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: item }))
  expect(await screen.findByText(status)).toBeTruthy()
  expect(changes().map(({ path: to }) => to)).toEqual([`${path}/${verb}`])
})

test('renames, and shows beside the field that a name is taken', async () => {
  const taken = { code: 'name_taken', status: 409, detail: 'You have an environment "site" already.' } as const
  const { user, server, choose } = setUp(
    {},
    {
      [`PATCH ${path}`]: ({ body }) =>
        JSON.stringify(body).includes('site')
          ? refusal(aProblem(taken))
          : ok(anEnvironment({ name: 'shop', updatedAt: later })),
      [`GET ${path}`]: () => ok(anEnvironment({ name: 'shop', updatedAt: later })),
    },
  )
  await choose('Rename')
  const name = await screen.findByRole('textbox', { name: 'Name' })
  await user.clear(name)
  await user.type(name, 'site{Enter}')
  expect(await screen.findByText(taken.detail)).toBeTruthy()
  expect(name.getAttribute('aria-invalid')).toBe('true')
  await user.clear(name)
  await user.type(name, 'shop{Enter}')
  expect(await screen.findByRole('link', { name: 'shop' })).toBeTruthy()
  expect(server.bodyOf(`PATCH ${path}`)).toEqual({ name: 'shop' })
  await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('while something is under way the menu has nothing that would be refused', async () => {
  const { user } = setUp({ status: 'starting' })
  await user.click(screen.getByRole('button', { name: 'More for orchestrator' }))
  const items = await screen.findAllByRole('menuitem')
  expect(items.map(({ textContent }) => textContent)).toEqual(['Rename', 'Delete environment'])
})

test('a card that waits says its place in line', () => {
  setUp({
    status: 'starting',
    operation: anOperation({ kind: 'start', state: 'queued', queuePosition: 3, steps: [aStep()] }),
  })
  expect(screen.getByText('Waiting: 3rd in line')).toBeTruthy()
})

test('a stopped card tells why, not how far the last operation came', () => {
  setUp({
    status: 'stopped',
    statusReason: 'Stopped after 30 minutes without use.',
    operation: anOperation({ kind: 'start', state: 'cancelled', steps: [aStep({ state: 'running' })] }),
  })
  expect(screen.getByText('Stopped after 30 minutes without use.')).toBeTruthy()
  expect(screen.queryByRole('progressbar')).toBeNull()
})

test('a notice is a mark with its words in the title', () => {
  setUp({ statusReason: 'Started again: the container ran out of memory.' })
  expect(screen.getByRole('img', { name: 'Started again: the container ran out of memory.' })).toBeTruthy()
})
