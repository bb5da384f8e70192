import { screen, within } from '@testing-library/react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Environment, GitBranch, SessionWorktree } from '@craftastic/contract'
import { applyEvent } from '@/api/event-updates'
import { gitStatusQuery } from '@/api/git'
import { GitPanel } from '@/components/GitPanel'
import { SessionList } from '@/components/SessionList'
import { Toaster } from '@/components/ui/sonner'
import { environmentQuery } from '@/api/environments'
import { sessionsQuery } from '@/api/sessions'
import { startPlace } from '@/lib/git-place'
import { describeBranch, freeBranches, suggestBranch } from '@/lib/session-branch'
import { aProblem, aSession, anEnvironment, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

afterEach(() => vi.unstubAllGlobals())

const aBranch = (name: string, part: Partial<GitBranch> = {}): GitBranch => ({
  name,
  remote: false,
  current: false,
  commit: 'a'.repeat(40),
  committedAt: '2026-05-01T10:00:00.000Z',
  subject: 'x',
  upstream: null,
  ahead: 0,
  behind: 0,
  worktree: null,
  ...part,
})
const branches = [
  aBranch('main', { current: true }),
  aBranch('idle'),
  aBranch('left', { worktree: '/workspace/.worktrees/left' }),
  aBranch('busy', { worktree: '/workspace/.worktrees/busy' }),
  aBranch('elsewhere', { worktree: '/tmp/elsewhere' }),
  aBranch('origin/main', { remote: true }),
  aBranch('origin/feature/theirs', { remote: true }),
]
const onBusy = aSession({ name: 'agent', branch: 'busy', workingDirectory: '/workspace/.worktrees/busy' })

describe('a branch', () => {
  test('is suggested by the name of the session, and is a new one', () => {
    expect(suggestBranch('Fix the login!', branches)).toBe('fix-the-login')
    expect(suggestBranch('idle', branches)).toBe('idle-2')
    expect(suggestBranch('feature theirs', [...branches, aBranch('feature-theirs')])).toBe('feature-theirs-2')
  })

  test('is offered unless it is in use', () => {
    expect(freeBranches(branches, [onBusy])).toEqual(['idle', 'left', 'feature/theirs'])
  })

  test.each([
    ['main', 'The workspace itself is on this branch. Choose another one.'],
    ['busy', 'The session agent works on it. Choose another branch.'],
    ['left', 'Goes on with the work that an earlier session left there.'],
    ['elsewhere', 'It is checked out in /tmp/elsewhere. Choose another branch.'],
    ['idle', 'This branch is there already, and is checked out.'],
    ['feature/theirs', 'Follows origin/feature/theirs.'],
    ['new', 'A new branch, beginning where main is now.'],
  ])('%s: %s', (name, words) => {
    expect(describeBranch(name, branches, [onBusy])).toBe(words)
  })
})

const running = anEnvironment({ status: 'running', sessions: [onBusy] })

function show(handlers: Parameters<typeof startFakeServer>[0] = {}, environment: Environment = running) {
  const server = startFakeServer({
    [`GET /api/sessions/environment/${ids.environment}`]: () => ok({ sessions: [onBusy] }),
    [`GET /api/git/branches/${ids.environment}`]: () => ok({ branches }),
    ...handlers,
  })
  const view = renderAt(
    '/',
    <>
      <SessionList environment={environment} />
      <Toaster />
    </>,
    (client) => {
      client.setQueryData(environmentQuery(ids.environment).queryKey, environment)
      client.setQueryData(sessionsQuery(ids.environment).queryKey, [onBusy])
    },
  )
  return { ...view, server }
}

describe('the dialog of a new session', () => {
  test('asks for the suggested branch, and puts what is refused beside the field', async () => {
    const detail = 'The branch "fix-it" is in use.'
    const { user, server } = show({
      'POST /api/sessions': () => refusal(aProblem({ code: 'branch_in_use', status: 409, detail })),
    })
    await user.click(await screen.findByRole('button', { name: 'New session' }))
    await user.type(screen.getByLabelText(/^Name/), 'Fix it')
    expect(screen.getByLabelText(/^Working directory/)).toBeTruthy()
    await user.click(screen.getByLabelText('On a branch of its own'))
    expect(screen.queryByLabelText(/^Working directory/)).toBeNull()
    expect(await screen.findByText('A new branch, beginning where main is now.')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Create session' }))
    expect(await screen.findByText(detail)).toBeTruthy()
    expect(server.bodyOf('POST /api/sessions')).toEqual({
      environmentId: ids.environment,
      name: 'Fix it',
      workingDirectory: '/workspace',
      branch: 'fix-it',
    })
    await user.type(screen.getByLabelText(/^Branch/), 'no good')
    await user.tab()
    expect(await screen.findByText(/is not a branch name/)).toBeTruthy()
  })
})

describe('the question before a delete', () => {
  const worktree: SessionWorktree = {
    path: '/workspace/.worktrees/busy',
    branch: 'busy',
    changedFiles: 1,
    ownCommits: 0,
    keptBecause: null,
  }
  const kept = { ...worktree, keptBecause: 'it holds 1 changed file' }
  const ask = async (handlers: Parameters<typeof startFakeServer>[0], environment?: Environment) => {
    const shown = show(handlers, environment)
    await shown.user.click(await screen.findByRole('button', { name: 'More for agent' }))
    await shown.user.click(await screen.findByRole('menuitem', { name: 'Delete session' }))
    return { ...shown, dialog: within(screen.getByRole('alertdialog')) }
  }
  const path = `GET /api/sessions/${ids.session}/worktree`

  test('says that the worktree is kept and why, and so does the end of it', async () => {
    const { user, dialog } = await ask({
      [path]: () => ok(kept),
      [`DELETE /api/sessions/${ids.session}`]: () => ok({ success: true, worktree: kept }),
    })
    expect(
      await dialog.findByText(/kept.*because it holds 1 changed file\. A new session on the branch busy/),
    ).toBeTruthy()
    await user.click(dialog.getByRole('button', { name: 'Delete session' }))
    expect(await screen.findByText('agent is deleted, its worktree is kept')).toBeTruthy()
  })

  test('promises nothing of a worktree that is on no branch, as amid a rebase', async () => {
    const keptBecause = 'it holds an operation that is not finished'
    const { dialog } = await ask({ [path]: () => ok({ ...kept, branch: null, keptBecause }) })
    expect(await dialog.findByText(/kept.*because it holds an operation that is not finished\.$/)).toBeTruthy()
  })

  test('says that it goes, or that nobody could look', async () => {
    const first = await ask({ [path]: () => ok(worktree) })
    expect(await first.dialog.findByText(/Its worktree goes with it/)).toBeTruthy()
    first.unmount()
    const second = await ask({ [path]: () => refusal(aProblem({ code: 'environment_unreachable', status: 502 })) })
    expect(await second.dialog.findByText(/could not be looked at/)).toBeTruthy()
    second.unmount()
    const third = await ask({}, anEnvironment({ status: 'stopped', sessions: [onBusy] }))
    expect(await third.dialog.findByText(/does not run, so its worktree stays/)).toBeTruthy()
  })
})

test('Git asks for the worktree of its session, and is asked again when anything changed', async () => {
  const none = { repository: false, branch: '', commit: null, upstream: null, ahead: 0, behind: 0, detached: false }
  const status = { ...none, operation: null, stashes: 0, files: [], truncated: false }
  const statusPath = `GET /api/git/status/${ids.environment}?sessionId=${ids.session}`
  const server = startFakeServer({ [statusPath]: () => ok(status), 'POST /api/git/watch': () => ({ status: 204 }) })
  const panel = <GitPanel environment={running} sessionId={ids.session} place={startPlace} onShow={() => undefined} />
  const { client } = renderAt('/', panel)
  expect(await screen.findByText('The worktree of this session is gone')).toBeTruthy()
  await vi.waitFor(() =>
    expect(server.bodyOf('POST /api/git/watch')).toEqual({ environmentId: ids.environment, sessionId: ids.session }),
  )
  const tree = { environmentId: ids.environment, sessionId: ids.session }
  await vi.waitFor(() => expect(client.isFetching(gitStatusQuery(tree))).toBe(0))
  const asked = () => server.paths().filter((path) => path === statusPath).length
  const before = asked()
  applyEvent(client, { type: 'git', environmentId: ids.environment })
  await vi.waitFor(() => expect(asked()).toBe(before + 1))
})
