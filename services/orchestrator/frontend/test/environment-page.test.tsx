import { screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { QueryClient } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { environmentQuery } from '@/api/environments'
import { EnvironmentDetails } from '@/components/EnvironmentDetails'
import { EnvironmentNotice } from '@/components/EnvironmentNotice'
import { Component as EnvironmentPage } from '@/pages/EnvironmentPage'
import { anEnvironment, anOperation, aStep, ids } from './fixtures'
import { startFakeServer } from './fake-server'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

function showPage(part: Partial<Environment>) {
  startFakeServer({})
  const environment = anEnvironment(part)
  const known = environmentQuery(ids.environment).queryKey
  const prepare = (client: QueryClient) => void client.setQueryData(known, environment)
  renderAt(`/environments/${ids.environment}`, <EnvironmentPage />, prepare, '/environments/:environmentId')
  const header = within(screen.getByRole('banner'))
  return header.getAllByRole('button').map(({ textContent }) => textContent)
}

const always = ['Open the sidebar', 'More for orchestrator']

test.each<[Environment['status'], string[]]>([
  ['stopped', ['Start']],
  ['running', ['Stop', 'Open terminal']],
  ['starting', []],
  ['stopping', []],
])('the header of a %s environment offers what fits: %j', (status, offered) => {
  expect(showPage({ status })).toEqual([always[0], ...offered, always[1]])
})

test('the reason stands beside the progress of bringing it back', () => {
  const statusReason = 'The container was killed. It is being started again.'
  const steps = [aStep({ name: 'container', state: 'running' })]
  showPage({ status: 'starting', statusReason, operation: anOperation({ kind: 'recover', requestedBy: null, steps }) })
  expect(screen.getByText(statusReason)).toBeTruthy()
  expect(screen.getByRole('region', { name: 'Bringing it back' })).toBeTruthy()
})

const notice = 'Started again at 14:32: the container ran out of memory. Programs that ran are gone.'
const showNotice = (part: Partial<Environment> = {}) =>
  renderAt('/', <EnvironmentNotice environment={anEnvironment({ statusReason: notice, ...part })} />)

test('a notice stays away once it was dismissed; another one comes', async () => {
  const { user, unmount } = showNotice()
  expect(screen.getByRole('status').textContent).toContain(notice)
  await user.click(screen.getByRole('button', { name: 'Dismiss the notice' }))
  expect(screen.queryByRole('status')).toBeNull()
  unmount()

  const again = showNotice()
  expect(screen.queryByRole('status')).toBeNull()
  again.unmount()
  const recovered = showNotice({ operation: anOperation({ id: ids.session, kind: 'recover' }) })
  expect(screen.getByText(notice)).toBeTruthy()
  recovered.unmount()
  showNotice({ statusReason: 'Started again at 15:00.' })
  expect(screen.getByText('Started again at 15:00.')).toBeTruthy()
})

test('dismissing is for one environment', async () => {
  const statusReason = 'Started again: the container was removed.'
  const { user, unmount } = showNotice({ statusReason })
  await user.click(screen.getByRole('button', { name: 'Dismiss the notice' }))
  unmount()
  showNotice({ statusReason, id: '55555555-5555-4555-8555-555555555555' })
  expect(screen.getByText(statusReason)).toBeTruthy()
})

test('only a running environment has notices; elsewhere the reason has its own place', () => {
  showNotice({ status: 'stopped' })
  expect(screen.queryByRole('status')).toBeNull()
})

test('a stopped environment tells how much its workspace holds', () => {
  const diskBytes = 120 * 2 ** 20
  const { unmount } = renderAt(
    '/',
    <EnvironmentDetails environment={anEnvironment({ status: 'stopped', diskBytes })} />,
  )
  expect(screen.getByText('120 MiB')).toBeTruthy()
  unmount()
  renderAt('/', <EnvironmentDetails environment={anEnvironment({ diskBytes })} />)
  expect(screen.queryByText('120 MiB')).toBeNull()
})
