/** The keys of a page of terminals, whose xterm.js does not run here. */
import { act, fireEvent, screen } from '@testing-library/react'
import { useParams } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sessionsQuery } from '@/api/sessions'
import { TerminalWorkspace } from '@/components/TerminalWorkspace'
import { ok, startFakeServer } from './fake-server'
import { aSession, anEnvironment, ids } from './fixtures'
import { renderAt } from './render'

const second = aSession({ id: '99999999-9999-4999-8999-999999999999', name: 'tests' })
const third = aSession({ id: '88888888-8888-4888-8888-888888888888', name: 'third' })

// A terminal is made when its font is there.
beforeEach(() => void Object.assign(document, { fonts: { load: () => new Promise(() => undefined) } }))
afterEach(() => {
  Reflect.deleteProperty(document, 'fonts')
  vi.unstubAllGlobals()
})

function Page() {
  const { sessionId = '' } = useParams()
  return <TerminalWorkspace environment={anEnvironment({ sessions: [aSession(), second] })} sessionId={sessionId} />
}

function show() {
  const sessions = [aSession(), second]
  const server = startFakeServer({
    [`GET /api/sessions/environment/${ids.environment}`]: () => ok({ sessions }),
    'POST /api/sessions': () => ok(third),
  })
  const view = renderAt(
    `/environments/${ids.environment}/sessions/${ids.session}`,
    <Page />,
    (client) => client.setQueryData(sessionsQuery(ids.environment).queryKey, sessions),
    '/environments/:environmentId/sessions/:sessionId',
  )
  const made = () => server.calls.filter(({ method }) => method === 'POST').length
  return { ...view, made }
}

const press = (key: object) => fireEvent.keyDown(document.activeElement ?? document.body, { ctrlKey: true, ...key })
const secondSession = { code: 'Digit2', key: '2' }
const newSession = { code: 'Enter', key: 'Enter', shiftKey: true }

test('a key goes to another session', () => {
  const { router } = show()
  expect(press(secondSession)).toBe(false)
  expect(router.state.location.pathname).toContain(second.id)
})

test(
  'beneath a question no key does anything, and the question stays about what it was asked for',
  { timeout: 20_000 },
  async () => {
    const { user, router, made } = show()
    await user.click(screen.getByRole('button', { name: 'Terminal menu' }))
    await user.click(await screen.findByRole('menuitem', { name: /Delete/ }))
    expect(await screen.findByRole('alertdialog', { name: 'Delete main?' })).toBeTruthy()
    // Nor does the browser go to another tab.
    expect(press(secondSession)).toBe(false)
    press(newSession)
    expect(router.state.location.pathname).toContain(ids.session)
    expect(made()).toBe(0)

    await act(() => router.navigate(`/environments/${ids.environment}/sessions/${second.id}`))
    expect(screen.getByRole('alertdialog', { name: 'Delete main?' })).toBeTruthy()
  },
)

test('a key that is held makes one session', async () => {
  const { router, made } = show()
  press(newSession)
  await vi.waitFor(() => expect(router.state.location.pathname).toContain(third.id))
  // Longer than the door is shut against a double click.
  for (let count = 0; count < 20; count++) {
    press({ ...newSession, repeat: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(made()).toBe(1)
})
