import { screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Component as LoginPage } from '@/pages/LoginPage'
import { Component as SetupPage } from '@/pages/SetupPage'
import { aProblem, aUser } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

const setupDone = () => ok({ setupRequired: false })
const signedIn = () => ok({ user: aUser(), accessToken: 'a', refreshToken: 'r', expiresAt: '2026-05-01T10:10:00.000Z' })

async function signIn(at: string) {
  const view = renderAt(at, <LoginPage />)
  await view.user.type(screen.getByLabelText('Email'), 'Ada@Example.com')
  await view.user.type(screen.getByLabelText('Password'), 'secret')
  await view.user.click(screen.getByRole('button', { name: 'Sign in' }))
  return view
}

test('goes where one wanted to go', async () => {
  const server = startFakeServer({ 'GET /api/auth/setup': setupDone, 'POST /api/auth/login': signedIn })
  const { router } = await signIn('/login?to=%2Fenvironments%2F1')
  await vi.waitFor(() => expect(router.state.location.pathname).toBe('/environments/1'))
  expect(server.bodyOf('POST /api/auth/login')).toEqual({ email: 'ada@example.com', password: 'secret' })
})

test('says that email and password do not match', async () => {
  startFakeServer({
    'GET /api/auth/setup': setupDone,
    'POST /api/auth/login': () => refusal(aProblem({ code: 'wrong_credentials', status: 401 })),
  })
  await signIn('/login')
  expect((await screen.findByRole('alert')).textContent).toBe('Email and password do not match an account.')
})

test('says how long to wait after too many tries', async () => {
  startFakeServer({
    'GET /api/auth/setup': setupDone,
    'POST /api/auth/login': () => refusal(aProblem({ code: 'rate_limited', status: 429 }), { 'retry-after': '42' }),
  })
  await signIn('/login')
  expect((await screen.findByRole('alert')).textContent).toContain('Wait 42 s')
})

test('points to the printed link while set-up is due', async () => {
  startFakeServer({ 'GET /api/auth/setup': () => ok({ setupRequired: true }) })
  renderAt('/login', <LoginPage />)
  expect(await screen.findByText(/set-up link that the server printed/)).toBeTruthy()
  expect(screen.queryByLabelText('Password')).toBeNull()
})

test('set-up sends the token of the link with the first account', async () => {
  const server = startFakeServer({
    'GET /api/auth/setup': () => ok({ setupRequired: true }),
    'POST /api/auth/setup': signedIn,
  })
  const { user, router } = renderAt('/setup?token=once', <SetupPage />)
  await user.type(screen.getByLabelText('Your name'), 'Ada')
  await user.type(screen.getByLabelText('Email'), 'ada@example.com')
  await user.type(screen.getByLabelText('Password'), 'short')
  await user.click(screen.getByRole('button', { name: 'Create account' }))
  expect(await screen.findByText('Password needs at least 12 characters.')).toBeTruthy()
  await user.type(screen.getByLabelText('Password'), ' no longer short')
  await user.click(screen.getByRole('button', { name: 'Create account' }))
  await vi.waitFor(() => expect(router.state.location.pathname).toBe('/'))
  expect(server.bodyOf('POST /api/auth/setup')).toEqual({
    token: 'once',
    name: 'Ada',
    email: 'ada@example.com',
    password: 'short no longer short',
  })
})
