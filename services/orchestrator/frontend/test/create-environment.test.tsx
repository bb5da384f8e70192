import { screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { CreateEnvironmentForm } from '@/components/CreateEnvironmentForm'
import { aProblem, anEnvironment } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

function setUp(takenNames: string[] = []) {
  const onCreated = vi.fn()
  const onCancel = vi.fn()
  const view = renderAt(
    '/',
    <CreateEnvironmentForm takenNames={takenNames} onCreated={onCreated} onCancel={onCancel} />,
  )
  return { ...view, onCreated, onCancel }
}

const url = () => screen.getByRole('textbox', { name: 'Repository URL' })
const branch = () => screen.getByRole('textbox', { name: /Branch/ })
const name = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' })
const create = () => screen.getByRole('button', { name: 'Create environment' })

test('suggests a free name from the URL until one is written by hand', async () => {
  const { user } = setUp(['site'])
  await user.type(url(), 'https://github.com/acme/site')
  expect(name().value).toBe('site-2')
  await user.clear(name())
  await user.type(name(), 'mine')
  await user.type(url(), '-other')
  expect(name().value).toBe('mine')
})

test('sends what the contract asks for; an empty branch is the remote’s default', async () => {
  const server = startFakeServer({ 'POST /api/environments': () => ok(anEnvironment()) })
  const { user, onCreated } = setUp()
  await user.type(url(), '  https://github.com/acme/site ')
  await user.click(create())
  await vi.waitFor(() => expect(onCreated).toHaveBeenCalled())
  expect(server.calls[0]?.body).toEqual({ name: 'site', repositoryUrl: 'https://github.com/acme/site' })
})

test('a double click creates one environment', async () => {
  const server = startFakeServer({ 'POST /api/environments': () => ok(anEnvironment()) })
  const { user, onCreated } = setUp()
  await user.type(url(), 'https://github.com/acme/site')
  await user.dblClick(create())
  await vi.waitFor(() => expect(onCreated).toHaveBeenCalledTimes(1))
  expect(server.calls).toHaveLength(1)
})

test('judges a URL as soon as its field is left, with the contract’s words', async () => {
  const { user } = setUp()
  await user.type(url(), 'github.com:acme/site.git')
  await user.tab()
  expect((await screen.findByRole('alert')).textContent).toBe(
    'The URL must start with https://, or be like git@github.com:owner/name.',
  )
  expect(url().getAttribute('aria-invalid')).toBe('true')
})

test('takes a judgement back with the key that mends it, before a button would move', async () => {
  const { user } = setUp()
  await user.type(url(), 'file:///etc/passwd')
  await user.tab()
  await screen.findByRole('alert')
  await user.clear(url())
  await user.type(url(), 'https://github.com/acme/site')
  await vi.waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  expect(document.activeElement).toBe(url())
})

test.each([
  ['https://user:secret@github.com/acme/site', 'The URL must not carry a user name, password or token.'],
  ['file:///etc/passwd', 'The URL must start with https://, or be like git@github.com:owner/name.'],
  ['https://github.com/acme/../site', 'The URL must not contain "." or ".." as a part of its path.'],
])('refuses %s', async (value, words) => {
  const server = startFakeServer({})
  const { user } = setUp()
  await user.type(url(), value)
  await user.click(create())
  expect(await screen.findByText(words)).toBeTruthy()
  expect(server.calls).toHaveLength(0)
})

test('says that an SSH address comes with a deploy key', async () => {
  const server = startFakeServer({ 'POST /api/environments': () => ok(anEnvironment()) })
  const { user, onCreated } = setUp()
  const hint = /the environment gets a deploy key/
  await user.type(url(), 'https://github.com/acme/site')
  expect(screen.queryByText(hint)).toBeNull()
  await user.clear(url())
  await user.type(url(), 'git@github.com:acme/site.git')
  expect(screen.getByText(hint)).toBeTruthy()
  await user.click(create())
  await vi.waitFor(() => expect(onCreated).toHaveBeenCalled())
  expect(server.calls[0]?.body).toEqual({ name: 'site', repositoryUrl: 'git@github.com:acme/site.git' })
})

test('refuses a branch that would be an option, and a missing name and URL', async () => {
  const server = startFakeServer({})
  const { user } = setUp()
  await user.type(branch(), '--upload-pack=x')
  await user.click(create())
  expect(await screen.findByText('The URL is missing.')).toBeTruthy()
  expect(screen.getByText('The branch is not a branch name.')).toBeTruthy()
  expect(screen.getByText('The name is missing.')).toBeTruthy()
  expect(server.calls).toHaveLength(0)
})

test('creates without a repository', async () => {
  const server = startFakeServer({ 'POST /api/environments': () => ok(anEnvironment()) })
  const { user, onCreated } = setUp(['scratch'])
  await user.click(screen.getByRole('button', { name: 'Start without a repository' }))
  expect(screen.queryByRole('textbox', { name: 'Repository URL' })).toBeNull()
  await user.click(create())
  await vi.waitFor(() => expect(onCreated).toHaveBeenCalled())
  expect(server.calls[0]?.body).toEqual({ name: 'scratch-2' })
})

test('puts the server’s refusal beside the field it is about', async () => {
  startFakeServer({
    'POST /api/environments': () =>
      refusal(aProblem({ code: 'repository_refused', status: 422, detail: 'The host "10.0.0.1" is an address.' })),
  })
  const { user, onCreated } = setUp()
  await user.type(url(), 'https://10.0.0.1/acme/site')
  await user.click(create())
  expect(await screen.findByText('The host "10.0.0.1" is an address.')).toBeTruthy()
  expect(url().getAttribute('aria-invalid')).toBe('true')
  expect(onCreated).not.toHaveBeenCalled()
})

test.each([
  ['quota_exceeded', 409, 'You have 10 of 10 environments.'],
  ['queue_full', 429, 'Try again in a minute.'],
  ['disk_full', 507, 'The server keeps 5 GiB free.'],
] as const)('%s is told in words above the buttons', async (code, status, detail) => {
  startFakeServer({ 'POST /api/environments': () => refusal(aProblem({ code, status, detail })) })
  const { user, onCreated } = setUp()
  await user.type(url(), 'https://github.com/acme/site')
  await user.click(create())
  expect((await screen.findByRole('alert')).textContent).toContain(detail)
  expect(onCreated).not.toHaveBeenCalled()
})

test('says so when the server is not there, and lets one try again', async () => {
  startFakeServer({})
  const { user } = setUp()
  await user.type(url(), 'https://github.com/acme/site')
  await user.click(create())
  expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer')
  expect(create().hasAttribute('disabled')).toBe(false)
})
