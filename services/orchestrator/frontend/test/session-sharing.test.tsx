import { useState } from 'react'
import { screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { SessionShare, SharedSession, ShareSession } from '@craftastic/contract'
import { environmentsQuery } from '@/api/environments'
import { applyEvent } from '@/api/event-updates'
import { sharedSessionsQuery } from '@/api/session-shares'
import { CommandPalette } from '@/components/CommandPalette'
import { SharedTerminalBanner } from '@/components/SharedTerminalBanner'
import { ShareSessionDialog } from '@/components/ShareSessionDialog'
import { Sidebar } from '@/components/Sidebar'
import { ViewOnlyNote } from '@/components/ViewOnlyNote'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { Component as SharedPage } from '@/pages/SharedPage'
import { Component as TerminalPage } from '@/pages/TerminalPage'
import { ok, refusal, startFakeServer } from './fake-server'
import { anEnvironment, aProblem, aSession, aSharedSession, ids } from './fixtures'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

const path = `/api/sessions/${ids.session}/shares`
const bobId = '55555555-5555-4555-8555-555555555555'
const aShare = (part: Partial<SessionShare> = {}): SessionShare => ({
  id: '66666666-6666-4666-8666-666666666666',
  user: { id: bobId, name: 'Bob', email: 'bob@example.com' },
  mode: 'view',
  createdAt: '2026-05-01T10:00:00.000Z',
  ...part,
})

function Harness() {
  const [open, setOpen] = useState(true)
  return <ShareSessionDialog session={aSession()} open={open} onOpenChange={setOpen} />
}

/** A server that keeps what it is told, and knows Bob alone. */
function startSharing(shares: SessionShare[]) {
  return startFakeServer({
    [`GET ${path}`]: () => ok({ shares }),
    [`POST ${path}`]: ({ body }) => {
      const { email, mode } = body as ShareSession
      if (email !== 'bob@example.com') {
        const detail = `Nobody on this server signs in with "${email}".`
        const errors = [{ pointer: '/email', detail }]
        return refusal(aProblem({ code: 'share_refused', status: 422, detail, errors }))
      }
      shares.splice(0, 1, aShare({ mode }))
      return ok(aShare({ mode }))
    },
    [`DELETE ${path}/${aShare().id}`]: () => {
      shares.splice(0)
      return ok({ success: true })
    },
  })
}

test('says who has access, adds by address, and says what typing means', async () => {
  const server = startSharing([])
  const { user } = renderAt('/', <Harness />)
  const dialog = screen.getByRole('dialog', { name: 'Share main' })
  expect(await screen.findByText('Nobody but you. Add somebody above.')).toBeTruthy()
  expect(dialog.textContent).toMatch(/Who may type can do in this environment whatever you can/)
  await user.click(screen.getByRole('textbox', { name: 'Email' }))
  await user.paste('bob@example.com')
  await user.selectOptions(screen.getByRole('combobox', { name: 'Access' }), 'May type')
  await user.click(screen.getByRole('button', { name: 'Share' }))
  const row = await screen.findByRole('listitem')
  expect(row.textContent).toContain('bob@example.com')
  expect(server.bodyOf(`POST ${path}`)).toEqual({ email: 'bob@example.com', mode: 'edit' })
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Email' }).value).toBe('')
  await user.click(screen.getByRole('button', { name: /^Copy link/ }))
  expect(await navigator.clipboard.readText()).toBe(`${window.location.origin}/shared/${ids.session}`)
})

test('puts what is wrong with the address at the field', async () => {
  const server = startSharing([])
  const { user } = renderAt('/', <Harness />)
  const email = screen.getByRole('textbox', { name: 'Email' })
  const complaint = () => document.getElementById(email.getAttribute('aria-describedby') ?? '')?.textContent
  await user.click(screen.getByRole('button', { name: 'Share' }))
  await waitFor(() => expect(complaint()).toBe('This is not an email address.'))
  expect(server.paths()).not.toContain(`POST ${path}`)
  await user.click(email)
  await user.paste('eve@example.com')
  await user.keyboard('{Enter}')
  await waitFor(() => expect(complaint()).toBe('Nobody on this server signs in with "eve@example.com".'))
  expect(email.getAttribute('aria-invalid')).toBe('true')
})

test('changes what somebody may do, and takes it back', async () => {
  const server = startSharing([aShare()])
  const { user } = renderAt('/', <Harness />)
  const choice = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'What Bob may do' })
  expect(choice.value).toBe('view')
  await user.selectOptions(choice, 'May type')
  await waitFor(() => expect(choice.value).toBe('edit'))
  expect(server.bodyOf(`POST ${path}`)).toEqual({ email: 'bob@example.com', mode: 'edit' })
  await user.click(screen.getByRole('button', { name: /^Remove ?Bob$/ }))
  expect(await screen.findByText('Nobody but you. Add somebody above.')).toBeTruthy()
})

function showSidebar(shared: SharedSession[]) {
  return renderAt('/', <Sidebar live="open" />, (client) => {
    client.setQueryData(environmentsQuery(ids.user).queryKey, [])
    client.setQueryData(sharedSessionsQuery().queryKey, shared)
  })
}

test('the sidebar has what is shared with somebody, and says nothing while nobody shares', () => {
  const { unmount } = showSidebar([])
  expect(screen.queryByText('Shared with you')).toBeNull()
  unmount()
  showSidebar([aSharedSession()])
  const link = within(screen.getByRole('region', { name: 'Shared with you' })).getByRole('link')
  expect(link.getAttribute('href')).toBe(`/shared/${ids.session}`)
  expect(link.textContent).toBe('Attached, reviewGrace')
})

test('what is shared appears with the event that tells of it, and goes', async () => {
  const shared: SharedSession[] = []
  startFakeServer({ 'GET /api/shared-sessions': () => ok({ sessions: shared }) })
  const { client } = showSidebar([])
  const told = { type: 'share', environmentId: ids.environment, sessionId: ids.session } as const
  shared.push(aSharedSession())
  applyEvent(client, { ...told, mode: 'view' })
  expect(await screen.findByRole('link', { name: /review/ })).toBeTruthy()
  shared.pop()
  applyEvent(client, { ...told, mode: null })
  await waitFor(() => expect(screen.queryByText('Shared with you')).toBeNull())
})

function Palette() {
  const [open, setOpen] = useState(true)
  return <CommandPalette open={open} onOpenChange={setOpen} />
}

test('the palette goes to what is shared', async () => {
  const { user, router } = renderAt('/', <Palette />, (client) => {
    client.setQueryData(environmentsQuery(ids.user).queryKey, [])
    client.setQueryData(sharedSessionsQuery().queryKey, [aSharedSession()])
  })
  await user.keyboard('grace review{Enter}')
  await waitFor(() => expect(router.state.location.pathname).toBe(`/shared/${ids.session}`))
})

test('who may only watch is offered nothing else', () => {
  renderAt('/', <ViewOnlyNote refusals={1} />)
  expect(screen.getByRole('status').textContent).toContain('You are only watching.')
  expect(screen.queryByRole('button')).toBeNull()
})

const stopped = { environment: { ...aSharedSession().environment, status: 'stopped' as const } }
test.each<[TerminalPhase, Partial<SharedSession>, string]>([
  [{ name: 'gone' }, {}, 'This session is not shared with you any more'],
  [{ name: 'gone' }, stopped, 'This session is not shared with you any more'],
  [{ name: 'stopped' }, stopped, 'Grace can start it. The terminal then opens by itself.'],
  [{ name: 'waiting', retryAtMs: 0 }, stopped, 'The environment does not run'],
  [{ name: 'ended' }, {}, 'Grace can start a new shell.'],
  [{ name: 'refused', reason: 'From now on you may only watch this session.' }, {}, 'From now on you may only watch'],
  [{ name: 'waiting', retryAtMs: 0 }, {}, 'Connection lost'],
])('%o of %o says what is', (phase, part, words) => {
  const shared = aSharedSession(part)
  renderAt('/', <SharedTerminalBanner phase={phase} shared={shared} refusals={0} onConnect={() => undefined} />)
  expect(screen.getByRole('status').textContent).toContain(words)
  expect(screen.queryByRole('button', { name: /^Start/ })).toBeNull()
})

test('a shell that ended can be started again by who may type', async () => {
  const onConnect = vi.fn()
  const shared = aSharedSession({ mode: 'edit' })
  const banner = <SharedTerminalBanner phase={{ name: 'ended' }} shared={shared} refusals={0} onConnect={onConnect} />
  const { user } = renderAt('/', banner)
  await user.click(screen.getByRole('button', { name: 'Start again' }))
  expect(onConnect).toHaveBeenCalledOnce()
})

test('an address of what is not shared says so, and leads away', () => {
  renderAt(`/shared/${ids.session}`, <SharedPage />, (client) => {
    client.setQueryData(environmentsQuery(ids.user).queryKey, [])
    client.setQueryData(sharedSessionsQuery().queryKey, [])
  })
  expect(screen.getByRole('heading', { name: 'This session is not shared with you' })).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Go to the dashboard' })).toBeTruthy()
})

test('the address of the one leads the other to their own page of the session', async () => {
  const own = renderAt(
    `/shared/${ids.session}`,
    <SharedPage />,
    (client) => {
      client.setQueryData(environmentsQuery(ids.user).queryKey, [anEnvironment({ sessions: [aSession()] })])
      client.setQueryData(sharedSessionsQuery().queryKey, [])
    },
    '/shared/:sessionId',
  )
  const ofOwner = `/environments/${ids.environment}/sessions/${ids.session}`
  await waitFor(() => expect(own.router.state.location.pathname).toBe(ofOwner))
  own.unmount()

  startFakeServer({
    [`GET /api/environments/${ids.environment}`]: () => refusal(aProblem({ code: 'not_found', status: 404 })),
  })
  const guest = renderAt(
    ofOwner,
    <TerminalPage />,
    (client) => {
      client.setQueryData(environmentsQuery(ids.user).queryKey, [])
      client.setQueryData(sharedSessionsQuery().queryKey, [aSharedSession()])
    },
    '/environments/:environmentId/sessions/:sessionId',
  )
  await waitFor(() => expect(guest.router.state.location.pathname).toBe(`/shared/${ids.session}`))
})
