import { screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { UpdateSession, type EnvironmentStatus, type Session } from '@craftastic/contract'
import { environmentQuery } from '@/api/environments'
import { sessionsQuery } from '@/api/sessions'
import { SessionList } from '@/components/SessionList'
import { aProblem, aSession, anEnvironment, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const dead = aSession({ id: '88888888-8888-4888-8888-888888888888', name: 'logs', status: 'dead' })
const alive = aSession({ name: 'main', currentCommand: 'vim' })
const listPath = `GET /api/sessions/environment/${ids.environment}`

afterEach(() => vi.unstubAllGlobals())

/** A server that keeps these sessions; `refused` names are taken. */
function setUp({
  sessions = [alive],
  refused = '',
  status = 'running',
}: { sessions?: Session[]; refused?: string; status?: EnvironmentStatus } = {}) {
  let kept = sessions
  const handlers = Object.fromEntries(
    sessions.flatMap(({ id }) => [
      [
        `PATCH /api/sessions/${id}`,
        ({ body }: { body: unknown }) => {
          const update = UpdateSession.parse(body)
          if (update.name === refused) return refusal(aProblem({ code: 'name_taken', status: 409 }))
          kept = kept.map((session) => (session.id === id ? { ...session, ...update } : session))
          return ok(kept.find((session) => session.id === id))
        },
      ],
      [
        `DELETE /api/sessions/${id}`,
        () => {
          kept = kept.filter((session) => session.id !== id)
          return ok({ success: true, worktree: null })
        },
      ],
    ]),
  )
  const server = startFakeServer({ [listPath]: () => ok({ sessions: kept }), ...handlers })
  const changes = () => server.calls.filter(({ method }) => method !== 'GET')
  const environment = anEnvironment({ status, sessions })
  const view = renderAt('/', <SessionList environment={environment} />, (client) => {
    client.setQueryData(environmentQuery(ids.environment).queryKey, environment)
    client.setQueryData(sessionsQuery(ids.environment).queryKey, sessions)
  })
  const choose = async (name: string, item: string) => {
    await view.user.click(await screen.findByRole('button', { name: `More for ${name}` }))
    await view.user.click(await screen.findByRole('menuitem', { name: item }))
  }
  return { ...view, changes, choose }
}

test('shows what runs, and that a dead one has ended and can be started again', async () => {
  const { user, changes } = setUp({ sessions: [alive, dead] })
  expect(await screen.findByText('vim')).toBeTruthy()
  const row = screen.getByRole('link', { name: 'logs' }).closest('li')
  if (!row) throw new Error('no row')
  expect(within(row).getByText('Ended')).toBeTruthy()
  await user.click(within(row).getByRole('button', { name: 'Start again' }))
  expect(await within(row).findByText('In background')).toBeTruthy()
  expect(changes().map(({ body }) => body)).toEqual([{ status: 'inactive' }])
})

test('says of a session that was made again that it is a new shell, for a day', async () => {
  const restored = (hours: number, part: Partial<Session>) =>
    aSession({ restoredAt: new Date(Date.now() - hours * 3600_000).toISOString(), ...part })
  setUp({ sessions: [restored(1, {}), restored(25, { id: dead.id, name: 'old' })] })
  const tag = await screen.findByText('Restored')
  expect(tag.getAttribute('title')).toMatch(/^A new shell since .*its programs are gone\.$/)
  expect(tag.closest('li')?.textContent).toContain('main')
})

test('without a running environment nothing is offered that would fail', () => {
  setUp({ sessions: [alive, dead], status: 'stopped' })
  expect(screen.getAllByText('Not running')).toHaveLength(2)
  expect(screen.queryByText('vim')).toBeNull()
  expect(screen.queryByRole('button', { name: 'Start again' })).toBeNull()
  expect(screen.getByRole('button', { name: 'New session' }).hasAttribute('disabled')).toBe(true)
})

test('renames in place, at once, and goes back when the server refuses', async () => {
  const { user, changes, choose } = setUp({ refused: 'taken' })
  await choose('main', 'Rename')
  await user.keyboard('build{Enter}')
  expect(await screen.findByRole('link', { name: 'build' })).toBeTruthy()
  await vi.waitFor(() => expect(changes()).toHaveLength(1))

  await choose('build', 'Rename')
  await user.keyboard('taken{Enter}')
  await vi.waitFor(() => expect(changes()).toHaveLength(2))
  expect(await screen.findByRole('link', { name: 'build' })).toBeTruthy()
})

test('Escape leaves the name as it is and gives the focus back', async () => {
  const { user, changes, choose } = setUp()
  await choose('main', 'Rename')
  await user.keyboard('other{Escape}')
  expect(screen.getByRole('link', { name: 'main' })).toBeTruthy()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More for main' }))
  expect(changes()).toHaveLength(0)
})

test('deletes after asking, at once in the list', async () => {
  const { user, changes, choose } = setUp()
  await choose('main', 'Delete session')
  expect(screen.getByRole('alertdialog', { name: 'Delete main?' }).textContent).toContain('vim')
  await user.click(screen.getByRole('button', { name: 'Delete session' }))
  expect(await screen.findByText('No sessions yet')).toBeTruthy()
  expect(changes().map(({ method, path }) => `${method} ${path}`)).toEqual([`DELETE /api/sessions/${ids.session}`])
})

test('keeping it does nothing and returns the focus to the menu', async () => {
  const { user, changes, choose } = setUp()
  await choose('main', 'Delete session')
  await user.click(screen.getByRole('button', { name: 'Keep it' }))
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More for main' })))
  expect(changes()).toHaveLength(0)
})
