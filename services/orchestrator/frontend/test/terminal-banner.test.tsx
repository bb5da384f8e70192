import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { TerminalBanner } from '@/components/TerminalBanner'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { anEnvironment, ids } from './fixtures'
import { renderAt } from './render'

const here = `/environments/${ids.environment}/sessions/${ids.session}`

function show(
  phase: TerminalPhase,
  { status = 'running', refusals = 0 }: { status?: 'running' | 'error'; refusals?: number } = {},
) {
  const onConnect = vi.fn()
  const environment = anEnvironment({ status, statusReason: status === 'error' ? 'The container ended.' : null })
  const banner = <TerminalBanner phase={phase} environment={environment} refusals={refusals} onConnect={onConnect} />
  return { ...renderAt(here, banner), onConnect }
}

test('a connected terminal has nothing over it', () => {
  show({ name: 'connected' })
  expect(screen.queryByRole('status')).toBeNull()
})

test.each<[TerminalPhase, string, string]>([
  [{ name: 'waiting', retryAtMs: Date.now() + 5000 }, 'Connection lost', 'Reconnect now'],
  [{ name: 'connecting', again: true }, 'Connection lost', 'Reconnect now'],
  [{ name: 'ended' }, 'The program ended', 'Start again'],
  [{ name: 'refused', reason: 'Not yours.' }, 'The server refused this terminal', 'Try again'],
])('%o says what is and offers what helps', async (phase, words, action) => {
  const { user, onConnect } = show(phase)
  expect(screen.getByRole('status').textContent).toContain(words)
  await user.click(screen.getByRole('button', { name: action }))
  expect(onConnect).toHaveBeenCalledTimes(1)
})

test('a stopped environment says why and leads to its page', () => {
  show({ name: 'stopped' }, { status: 'error' })
  expect(screen.getByRole('status').textContent).toContain('The container ended.')
  expect(screen.getByRole('link', { name: 'Go to the environment' }).getAttribute('href')).toBe(
    `/environments/${ids.environment}`,
  )
})

test('signing in again comes back here', () => {
  show({ name: 'signed-out' })
  expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(
    `/login?to=${encodeURIComponent(here)}`,
  )
})

test('typing in vain is answered', () => {
  show({ name: 'waiting', retryAtMs: Date.now() + 5000 }, { refusals: 1 })
  expect(screen.getByText('What you typed was not sent.')).toBeTruthy()
})
