import { screen, within } from '@testing-library/react'
import { useQuery } from '@tanstack/react-query'
import { Toaster } from 'sonner'
import { afterEach, expect, test, vi } from 'vitest'
import type { Environment, GitUnsaved, KeptWork } from '@craftastic/contract'
import { environmentQuery, environmentsQuery } from '@/api/environments'
import { EnvironmentCard } from '@/components/EnvironmentCard'
import { freeName } from '@/lib/kept-work'
import { Component as KeptWorkPage } from '@/pages/KeptWorkPage'
import { aProblem, aSession, anEnvironment, anOperation, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const path = `/api/environments/${ids.environment}`
const lookPath = `GET /api/git/unsaved/${ids.environment}`
const nothing: GitUnsaved = {
  repository: 'there',
  hasRemote: true,
  branches: [],
  moreBranches: 0,
  stashes: 0,
  discards: 0,
  places: [],
  hasAny: false,
}
const much: GitUnsaved = {
  ...nothing,
  hasAny: true,
  stashes: 2,
  branches: [{ name: 'feature', commits: 7, headlines: ['newest', 'older', 'a', 'b', 'c'] }],
  places: [
    { kind: 'workspace', path: '/workspace', changed: 1, files: ['src/a.ts'], commits: 0 },
    { kind: 'nested', path: '/workspace/lib', changed: 0, files: [], commits: 1 },
  ],
}

// Whole dialogs with a keyboard and a pointer, on a machine that may be busy.
vi.setConfig({ testTimeout: 20_000 })
afterEach(() => vi.unstubAllGlobals())

function Shown() {
  const { data } = useQuery(environmentQuery(ids.environment))
  return data && <EnvironmentCard environment={data} />
}

function setUp(part: Partial<Environment>, handlers: Parameters<typeof startFakeServer>[0]) {
  const environment = anEnvironment(part)
  const deleted = () => ok({ success: true, operation: anOperation({ kind: 'delete' }) })
  const server = startFakeServer({
    [`GET ${path}`]: () => ok(environment),
    [`DELETE ${path}`]: deleted,
    [`DELETE ${path}?force=true`]: deleted,
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
  const ask = async (item: string) => {
    await view.user.click(screen.getByRole('button', { name: 'More for orchestrator' }))
    await view.user.click(await screen.findByRole('menuitem', { name: item }))
    return screen.findByRole('alertdialog')
  }
  const deletes = () => server.paths().filter((call) => call.startsWith('DELETE'))
  return { ...view, ask, deletes }
}

test('a delete names what is only here, and goes on only when that is agreed to', async () => {
  const { user, ask, deletes } = setUp({}, { [lookPath]: () => ok(much) })
  const dialog = within(await ask('Delete environment'))
  const list = await dialog.findByRole('list', { name: 'Only here' })
  expect(list.textContent).toContain('7 commits on feature, not pushed')
  expect(list.textContent).toContain('newest')
  expect(list.textContent).toContain('and 2 more')
  expect(list.textContent).toContain('1 file not committed')
  expect(list.textContent).toContain('1 commit not pushed in /workspace/lib')
  expect(list.textContent).toContain('2 stashes')
  const remove = dialog.getByRole<HTMLButtonElement>('button', { name: 'Delete environment' })
  expect(remove.disabled).toBe(true)
  await user.click(dialog.getByRole('checkbox', { name: /Delete it, although/ }))
  await user.click(remove)
  expect(await screen.findByText('What is only in it is kept for 30 days.')).toBeTruthy()
  expect(deletes()).toEqual([`DELETE ${path}`])
})

test('a delete asks once where nothing is lost', async () => {
  const { user, ask, deletes } = setUp({}, { [lookPath]: () => ok(nothing) })
  const dialog = within(await ask('Delete environment'))
  expect(await dialog.findByText(/Nothing is only here/)).toBeTruthy()
  expect(dialog.queryByRole('checkbox')).toBeNull()
  await user.click(dialog.getByRole('button', { name: 'Delete environment' }))
  expect(deletes()).toEqual([`DELETE ${path}`])
})

test.each([
  ['stopped', {}, /It does not run/],
  [
    'running',
    { [lookPath]: () => refusal(aProblem({ code: 'environment_unreachable', status: 502 })) },
    /could not be looked at/,
  ],
] as const)(
  'a delete of one that is %s and cannot be looked at says so, and is possible',
  async (status, handlers, words) => {
    const { user, ask, deletes } = setUp({ status }, handlers)
    const dialog = within(await ask('Delete environment'))
    expect(await dialog.findByText(words)).toBeTruthy()
    await user.click(dialog.getByRole('checkbox'))
    await user.click(dialog.getByRole('button', { name: 'Delete environment' }))
    expect(deletes()).toEqual([`DELETE ${path}`])
  },
)

test('one whose work could not be kept is deleted for good only when that is agreed to', async () => {
  const statusReason = 'It was not deleted, because what is only in it could not be kept. The repository is damaged.'
  const error = { step: 'keep', reason: statusReason, output: null } as const
  const operation = anOperation({ kind: 'delete', state: 'failed', error })
  const { user, ask, deletes } = setUp({ status: 'error', desiredState: 'stopped', statusReason, operation }, {})
  const dialog = within(await ask('Delete environment'))
  expect(dialog.getByText(statusReason)).toBeTruthy()
  expect(dialog.getByRole('button', { name: 'Try again to keep and delete' })).toBeTruthy()
  await user.click(dialog.getByRole('checkbox', { name: /lost for good/ }))
  await user.click(dialog.getByRole('button', { name: 'Delete for good' }))
  expect(deletes()).toEqual([`DELETE ${path}?force=true`])
})

test('a stop says what was not pushed, and that it stays', async () => {
  const { ask } = setUp({ sessions: [aSession()] }, { [lookPath]: () => ok(much) })
  const dialog = within(await ask('Stop'))
  expect(await dialog.findByText(/Only there so far, and safe: 7 commits on feature, not pushed; 1 file/)).toBeTruthy()
})

const kept: KeptWork = {
  id: '55555555-5555-4555-8555-555555555555',
  environmentId: ids.environment,
  environmentName: 'site',
  repositoryUrl: 'https://github.com/acme/site',
  branch: 'feature',
  commits: 2,
  files: 1,
  stashes: 0,
  isComplete: false,
  bytes: 2048,
  sha256: '',
  heads: [],
  isAvailable: true,
  createdAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 30 * 86_400_000 + 60_000).toISOString(),
}

test('kept work is listed, restored under a free name, and removed after a question', async () => {
  let list = [kept]
  const server = startFakeServer({
    'GET /api/kept-work': () => ok({ keptWork: list }),
    'POST /api/environments': () => ok(anEnvironment({ name: 'site 2' })),
    [`DELETE /api/kept-work/${kept.id}`]: () => {
      list = []
      return ok({ success: true })
    },
  })
  const { user, router } = renderAt('/settings/kept-work', <KeptWorkPage />, (client) =>
    client.setQueryData(environmentsQuery(ids.user).queryKey, [anEnvironment({ name: 'site' })]),
  )
  expect(await screen.findByText('2 commits, 1 file · on feature · 2 KiB')).toBeTruthy()
  expect(screen.getByText(/Needs its repository/)).toBeTruthy()
  expect(screen.getByText('in 30 days')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Remove site' }))
  await user.click(await screen.findByRole('button', { name: 'Keep it' }))

  await user.click(await screen.findByRole('button', { name: 'Restore site' }))
  const name = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Name of the new environment' })
  expect(name.value).toBe('site 2')
  expect(screen.getByText(/A merge or rebase that was under way comes back as changed files/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Restore' }))
  await vi.waitFor(() => expect(router.state.location.pathname).toBe(`/environments/${ids.environment}`))
  expect(server.bodyOf('POST /api/environments')).toEqual({ name: 'site 2', keptWorkId: kept.id })

  await user.click(screen.getByRole('button', { name: 'Remove site' }))
  await user.click(await screen.findByRole('button', { name: 'Remove for good' }))
  expect(await screen.findByText('Nothing is kept')).toBeTruthy()
})

test('a free name has the next number', () => {
  expect(freeName('a', [])).toBe('a')
  expect(freeName('a', ['a', 'a 2'])).toBe('a 3')
})
