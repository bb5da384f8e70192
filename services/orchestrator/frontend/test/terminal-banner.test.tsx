import { screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Environment } from '@craftastic/contract'
import { TerminalBanner } from '@/components/TerminalBanner'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { anEnvironment, anOperation, aStep, ids } from './fixtures'
import { ok, startFakeServer } from './fake-server'
import { renderAt } from './render'

const here = `/environments/${ids.environment}/sessions/${ids.session}`

afterEach(() => vi.unstubAllGlobals())

function show(phase: TerminalPhase, part: Partial<Environment> = {}, refusals = 0) {
  const onConnect = vi.fn()
  const environment = anEnvironment(part)
  const banner = <TerminalBanner phase={phase} environment={environment} refusals={refusals} onConnect={onConnect} />
  return { ...renderAt(here, banner), onConnect }
}

const words = () => screen.getByRole('status').textContent

test('a connected terminal has nothing over it', () => {
  show({ name: 'connected' })
  expect(screen.queryByRole('status')).toBeNull()
})

test.each<[TerminalPhase, string, string]>([
  [{ name: 'waiting', retryAtMs: Date.now() + 5000 }, 'Connection lost', 'Reconnect now'],
  [{ name: 'connecting', again: true }, 'Connection lost', 'Reconnect now'],
  [{ name: 'ended' }, 'The program ended', 'Start again'],
  [{ name: 'stopped' }, 'The terminal opens by itself', 'Connect now'],
  [{ name: 'refused', reason: 'Not yours.' }, 'The server refused this terminal', 'Try again'],
])('%o says what is and offers what helps', async (phase, title, action) => {
  const { user, onConnect } = show(phase)
  expect(words()).toContain(title)
  await user.click(screen.getByRole('button', { name: action }))
  expect(onConnect).toHaveBeenCalledTimes(1)
})

test.each(['ended', 'stopped'] as const)('%s in a stopped environment offers its start', async (name) => {
  const start = `POST /api/environments/${ids.environment}/start`
  const server = startFakeServer({ [start]: () => ok(anEnvironment({ status: 'starting' })) })
  const { user, onConnect } = show({ name }, { status: 'stopped', statusReason: 'Stopped after 30 minutes.' })
  expect(words()).toContain('Stopped after 30 minutes.')
  await user.click(screen.getByRole('button', { name: 'Start' }))
  expect(server.paths()).toContain(start)
  expect(onConnect).not.toHaveBeenCalled()
})

test('a failed environment offers another try; what is left of a failed deletion does not', () => {
  const { unmount } = show({ name: 'stopped' }, { status: 'error', statusReason: 'The container ended.' })
  expect(words()).toContain('The container ended.')
  expect(screen.getByRole('button', { name: 'Retry' })).toBeTruthy()
  unmount()
  show({ name: 'stopped' }, { status: 'error', desiredState: 'deleted' })
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull()
  expect(screen.getByRole('link', { name: 'Go to the environment' })).toBeTruthy()
})

test.each<[string, Partial<Environment>]>([
  ['The container ran out of memory.', { statusReason: 'The container ran out of memory.' }],
  [
    'Step 2 of 2: Connect to it.',
    {
      operation: anOperation({
        steps: [aStep({ name: 'container', state: 'done' }), aStep({ name: 'connection', state: 'running' })],
      }),
    },
  ],
  ['2nd in line.', { operation: anOperation({ state: 'queued', queuePosition: 2, steps: [aStep()] }) }],
  ['The environment is being prepared.', {}],
])('while it starts there is nothing to do but to wait: %s', (news, part) => {
  show({ name: 'waiting', retryAtMs: Date.now() }, { status: 'starting', ...part })
  expect(words()).toContain(`${news} The terminal opens by itself.`)
  expect(screen.queryByRole('button')).toBeNull()
})

test('signing in again comes back here', () => {
  show({ name: 'signed-out' })
  expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(
    `/login?to=${encodeURIComponent(here)}`,
  )
})

test('typing in vain is answered', () => {
  show({ name: 'waiting', retryAtMs: Date.now() + 5000 }, {}, 1)
  expect(screen.getByText('What you typed was not sent.')).toBeTruthy()
})
