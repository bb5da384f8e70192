import { screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { environmentQuery } from '@/api/environments'
import { sessionsQuery } from '@/api/sessions'
import { SessionList } from '@/components/SessionList'
import { aProblem, aSession, anEnvironment, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const dead = aSession({ id: '88888888-8888-4888-8888-888888888888', name: 'logs', status: 'dead' })
const alive = aSession({ name: 'main', currentCommand: 'vim' })
const path = `/api/sessions/${ids.session}`

afterEach(() => vi.unstubAllGlobals())

function setUp(sessions = [alive, dead]) {
  const environment = anEnvironment({ sessions })
  return renderAt('/', <SessionList environment={environment} />, (client) => {
    client.setQueryData(environmentQuery(ids.environment).queryKey, environment)
    client.setQueryData(sessionsQuery(ids.environment).queryKey, sessions)
  })
}

async function choose(view: ReturnType<typeof setUp>, name: string, item: string) {
  await view.user.click(await screen.findByRole('button', { name: `More for ${name}` }))
  await view.user.click(await screen.findByRole('menuitem', { name: item }))
}

test('shows what runs, and that a dead one has ended and can be started again', async () => {
  const revived = { ...dead, status: 'inactive' as const, updatedAt: '2026-05-01T10:01:00.000Z' }
  const server = startFakeServer({ [`PATCH /api/sessions/${dead.id}`]: () => ok(revived) })
  const { user } = setUp()
  expect(await screen.findByText('vim')).toBeTruthy()
  const row = screen.getByRole('link', { name: 'logs' }).closest('li')
  if (!row) throw new Error('no row')
  expect(within(row).getByText('Ended')).toBeTruthy()
  await user.click(within(row).getByRole('button', { name: 'Start again' }))
  expect(await within(row).findByText('In background')).toBeTruthy()
  expect(server.calls[0]?.body).toEqual({ status: 'inactive' })
})

test('renames in place, at once, and goes back when the server refuses', async () => {
  let answer = () => ok(aSession({ name: 'build', updatedAt: '2026-05-01T10:01:00.000Z' }))
  const server = startFakeServer({ [`PATCH ${path}`]: () => answer() })
  const view = setUp([alive])
  await choose(view, 'main', 'Rename')
  await view.user.keyboard('build{Enter}')
  expect(await screen.findByRole('link', { name: 'build' })).toBeTruthy()
  await vi.waitFor(() => expect(server.calls).toHaveLength(1))

  answer = () => refusal(aProblem({ code: 'name_taken', status: 409 }))
  await choose(view, 'build', 'Rename')
  await view.user.keyboard('taken{Enter}')
  expect(await screen.findByRole('link', { name: 'build' })).toBeTruthy()
})

test('Escape leaves the name as it is and gives the focus back', async () => {
  const server = startFakeServer({})
  const view = setUp([alive])
  await choose(view, 'main', 'Rename')
  await view.user.keyboard('other{Escape}')
  expect(screen.getByRole('link', { name: 'main' })).toBeTruthy()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More for main' }))
  expect(server.calls).toHaveLength(0)
})

test('deletes after asking, at once in the list', async () => {
  const server = startFakeServer({ [`DELETE ${path}`]: () => ok({ success: true }) })
  const view = setUp([alive])
  await choose(view, 'main', 'Delete session')
  expect(screen.getByRole('alertdialog', { name: 'Delete main?' }).textContent).toContain('vim')
  await view.user.click(screen.getByRole('button', { name: 'Delete session' }))
  expect(await screen.findByText('No sessions yet')).toBeTruthy()
  expect(server.paths()).toEqual([`DELETE ${path}`])
})

test('keeping it does nothing and returns the focus to the menu', async () => {
  const server = startFakeServer({})
  const view = setUp([alive])
  await choose(view, 'main', 'Delete session')
  await view.user.click(screen.getByRole('button', { name: 'Keep it' }))
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More for main' })))
  expect(server.calls).toHaveLength(0)
})
