import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { GitCredential } from '@craftastic/contract'
import { hostOf } from '@/lib/credential-form'
import { Component as GitSettingsPage } from '@/pages/GitSettingsPage'
import { ids } from './fixtures'
import { startFakeServer } from './fake-server'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

const github: GitCredential = {
  id: ids.session,
  host: 'github.com',
  username: null,
  lastFour: 'x7Qz',
  createdAt: '2026-05-01T10:00:00.000Z',
  lastUsedAt: null,
}

function show(credentials: GitCredential[]) {
  const server = startFakeServer({
    'GET /api/git/credentials': () => ({ status: 200, body: { credentials, deviceFlowHost: null } }),
    'PUT /api/git/credentials/github.com': () => ({ status: 200, body: github }),
    'DELETE /api/git/credentials/github.com': () => ({ status: 204 }),
  })
  return { server, ...renderAt('/settings/git', <GitSettingsPage />) }
}

test('a token is taken for the host of a pasted address, trimmed, without an empty user name', async () => {
  const { server, user } = show([])
  await user.click(await screen.findByRole('button', { name: 'Add a token' }))
  await user.type(screen.getByLabelText('Host'), 'https://GitHub.com/acme/shop.git')
  await user.click(screen.getByRole('button', { name: 'Save token' }))
  expect(await screen.findByText('The token is missing.')).toBeTruthy()
  await user.type(screen.getByLabelText('Token'), ' ghp_12345678 ')
  await user.click(screen.getByRole('button', { name: 'Save token' }))
  await waitFor(() => expect(server.bodyOf('PUT /api/git/credentials/github.com')).toEqual({ token: 'ghp_12345678' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('a token shows its last four characters, and is removed after a question', async () => {
  const { server, user } = show([github])
  expect(await screen.findByText(/x7Qz/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: /^Remove/ }))
  expect(server.paths()).not.toContain('DELETE /api/git/credentials/github.com')
  await user.click(await screen.findByRole('button', { name: 'Remove token' }))
  await waitFor(() => expect(server.paths()).toContain('DELETE /api/git/credentials/github.com'))
})

test.each([
  [' Git.Example.com:3000 ', 'git.example.com:3000'],
  ['http://ada@git.lan/a/b', 'git.lan'],
])('the host of %j is %s', (text, host) => expect(hostOf(text)).toBe(host))
