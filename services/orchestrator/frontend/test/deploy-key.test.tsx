import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { DeployKey } from '@craftastic/contract'
import { DeployKeyButton } from '@/components/DeployKeyButton'
import { OperationFailure } from '@/components/OperationFailure'
import { startFakeServer, ok, refusal } from './fake-server'
import { anEnvironment, anOperation, aProblem, ids } from './fixtures'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

const path = `/api/environments/${ids.environment}/deploy-key`
const aKey = (name: string): DeployKey => ({
  publicKey: `ssh-ed25519 ${name} craftastic-site`,
  fingerprint: `SHA256:${name}`,
  createdAt: '2026-05-01T10:00:00.000Z',
})
const repositoryUrl = 'git@github.com:acme/site.git'
const reason = 'github.com does not let the deploy key of this environment read acme/site.git.'

test('a clone that the host refused shows the key, where it goes, and the way to try again', async () => {
  startFakeServer({ [`GET ${path}`]: () => ok(aKey('one')) })
  const error = { step: 'clone', reason, output: null, code: 'deploy_key_required' } as const
  const operation = anOperation({ kind: 'create', state: 'failed', error })
  const { user } = renderAt(
    '/',
    <OperationFailure environment={anEnvironment({ status: 'error', repositoryUrl, operation })} />,
  )
  expect(screen.getByText(reason)).toBeTruthy()
  expect(await screen.findByText('ssh-ed25519 one craftastic-site')).toBeTruthy()
  expect(screen.getByText('SHA256:one')).toBeTruthy()
  const link = screen.getByRole('link', { name: 'Deploy keys at github.com' })
  expect(link.getAttribute('href')).toBe('https://github.com/acme/site/settings/keys')
  expect(screen.getByRole('button', { name: 'Retry' })).toBeTruthy()
  expect(screen.queryByRole('link', { name: 'Add a token' })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Copy the public key' }))
  expect(await navigator.clipboard.readText()).toBe('ssh-ed25519 one craftastic-site')
})

test('an environment without a key gets one when somebody asks, and another one when they confirm', async () => {
  const server = startFakeServer({
    [`GET ${path}`]: () => refusal(aProblem({ code: 'not_found', status: 404 })),
    [`POST ${path}`]: () => ok(aKey('one')),
    [`POST ${path}/rotate`]: () => ok(aKey('two')),
  })
  const { user } = renderAt('/', <DeployKeyButton environment={anEnvironment({ repositoryUrl })} label="Show" />)
  expect(server.calls).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Show' }))
  await user.click(await screen.findByRole('button', { name: 'Make a deploy key' }))
  expect(await screen.findByText(/ssh-ed25519 one/)).toBeTruthy()

  await user.click(screen.getByRole('button', { name: 'Rotate key' }))
  await user.click(await screen.findByRole('button', { name: 'Cancel' }))
  expect(server.paths()).not.toContain(`POST ${path}/rotate`)
  await user.click(await screen.findByRole('button', { name: 'Rotate key' }))
  await user.click(await screen.findByRole('button', { name: 'Rotate key' }))
  await waitFor(() => expect(screen.getByText(/ssh-ed25519 two/)).toBeTruthy())
  expect(server.paths().filter((call) => call === `POST ${path}/rotate`)).toHaveLength(1)
})

test('a key that cannot be read can be asked for again', async () => {
  let answers = 0
  startFakeServer({
    [`GET ${path}`]: () => {
      answers += 1
      return answers === 1 ? refusal(aProblem({ code: 'internal', status: 500 })) : ok(aKey('one'))
    },
  })
  const { user } = renderAt('/', <DeployKeyButton environment={anEnvironment()} label="Show" />)
  await user.click(screen.getByRole('button', { name: 'Show' }))
  await user.click(await screen.findByRole('button', { name: 'Try again' }))
  expect(await screen.findByText(/ssh-ed25519 one/)).toBeTruthy()
})
