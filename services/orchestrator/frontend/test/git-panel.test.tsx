import { screen, waitFor, within } from '@testing-library/react'
import { Toaster } from 'sonner'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Environment, GitCommit, GitFile, GitStatus } from '@craftastic/contract'
import { applyEvent } from '@/api/event-updates'
import { environmentQuery } from '@/api/environments'
import { Component as GitPage } from '@/pages/GitPage'
import { aProblem, anEnvironment, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const done = { success: true, output: '' }
const name = 'a'.repeat(40)

const aFile = (path: string, status: string, part: Partial<GitFile> = {}): GitFile => ({
  path,
  status,
  staged: false,
  unstaged: false,
  conflicted: false,
  ...part,
})
const changed = (path: string) => aFile(path, 'M', { unstaged: true })
const staged = (path: string) => aFile(path, 'M', { staged: true })

function aStatus(part: Partial<GitStatus> = {}): GitStatus {
  return {
    repository: true,
    branch: 'main',
    commit: name,
    upstream: 'origin/main',
    ahead: 0,
    behind: 0,
    detached: false,
    operation: null,
    stashes: 0,
    files: [],
    truncated: false,
    ...part,
  }
}

const lastCommit: GitCommit = {
  commit: name,
  parents: [],
  author: { name: 'Ada', email: 'ada@example.com' },
  authoredAt: '2026-05-01T10:00:00.000Z',
  committer: { name: 'Ada', email: 'ada@example.com' },
  committedAt: '2026-05-01T10:00:00.000Z',
  subject: 'First',
  body: 'Why.\n',
  refs: ['HEAD', 'main'],
  pushed: true,
}

let status: GitStatus
beforeEach(() => {
  status = aStatus()
})
afterEach(() => vi.unstubAllGlobals())

type Handlers = Parameters<typeof startFakeServer>[0]

async function show(handlers: Handlers = {}, search = '', environment: Partial<Environment> = {}) {
  const of = (what: string) => `GET /api/git/${what}/${ids.environment}`
  const server = startFakeServer({
    [of('status')]: () => ok(status),
    [`${of('log')}?limit=1`]: () => ok({ commits: [lastCommit], next: null }),
    'POST /api/git/watch': () => ({ status: 204 }),
    ...handlers,
  })
  const view = renderAt(
    `/environments/${ids.environment}/git${search}`,
    <>
      <GitPage />
      <Toaster />
    </>,
    (client) => client.setQueryData(environmentQuery(ids.environment).queryKey, anEnvironment(environment)),
    '/environments/:environmentId/git',
  )
  return { ...view, server }
}

const list = () => screen.findByRole('grid', { name: 'Changed files' })
const rowNames = () =>
  screen
    .getAllByRole('row')
    .map((row) => within(row).getAllByRole('gridcell')[0]?.textContent)
    .filter((text) => text && !/^(Conflicts|Staged|Changes)/.test(text))

const diff = (path: string) =>
  [
    `diff --git a/${path} b/${path}`,
    'index 1..2 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    '@@ -1,2 +1,3 @@',
    ' one',
    '+two',
    ' three',
    '@@ -10,2 +11,2 @@ here',
    ' ten',
    '-eleven',
    '+ELEVEN',
    '',
  ].join('\n')

describe('the list', () => {
  test('has conflicts first, then what is staged, then what is not; space moves a file at once', async () => {
    status = aStatus({
      files: [
        changed('src/b.ts'),
        staged('a.ts'),
        aFile('c.ts', 'UU', { conflicted: true }),
        aFile('new', '??', { unstaged: true }),
      ],
    })
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    const { user, server } = await show({
      'POST /api/git/stage': async () => {
        await held
        status = aStatus({ files: [staged('src/b.ts'), staged('a.ts')] })
        return ok(done)
      },
    })
    const grid = await list()
    expect(rowNames()).toEqual([
      '!Changed on both sides,c.ts',
      'MChanged,a.ts',
      'MChanged,b.tssrc',
      '?New, not followed by Git yet,new',
    ])
    grid.focus()
    await user.keyboard('{ArrowDown}{ArrowDown} ')
    expect(server.bodyOf('POST /api/git/stage')).toEqual({ environmentId: ids.environment, files: ['src/b.ts'] })
    await waitFor(() => expect(rowNames().slice(1, 3)).toEqual(['MChanged,b.tssrc', 'MChanged,a.ts']))
    answer()
    await waitFor(() => expect(rowNames()).toEqual(['MChanged,b.tssrc', 'MChanged,a.ts']))
  })

  test('of a file that was renamed and then edited stages, and asks to discard, the edit alone', async () => {
    status = aStatus({ files: [aFile('new.ts', 'RM', { staged: true, unstaged: true, origPath: 'old.ts' })] })
    const { user, server } = await show({ 'POST /api/git/stage': () => ok(done) })
    await list()
    await user.click(screen.getByRole('button', { name: 'Discard new.ts' }))
    const dialog = await screen.findByRole('alertdialog', { name: 'Discard the changes of new.ts?' })
    await user.click(within(dialog).getByRole('button', { name: 'Keep them' }))
    await user.click(await screen.findByRole('button', { name: 'Stage new.ts' }))
    expect(server.bodyOf('POST /api/git/stage')).toMatchObject({ files: ['new.ts'] })
  })

  test('sends both names of a renamed file, and a name that is no UTF-8 as it came', async () => {
    const files = [aFile('n\udce9w.ts', 'R', { unstaged: true, origPath: 'old.ts' })]
    status = aStatus({ files })
    const { user, server } = await show({ 'POST /api/git/stage': () => ok(done) })
    await list()
    await user.click(screen.getByRole('button', { name: 'Stage n\\xe9w.ts' }))
    expect(server.bodyOf('POST /api/git/stage')).toMatchObject({ files: ['n\udce9w.ts', 'old.ts'] })
  })

  test('of fifty thousand files draws some, and finds one', async () => {
    status = aStatus({ files: Array.from({ length: 50_000 }, (_, at) => changed(`src/file-${at}.ts`)) })
    const { user, server } = await show({ 'POST /api/git/stage': () => ok(done) })
    const grid = await list()
    expect(grid.getAttribute('aria-rowcount')).toBe('50001')
    expect(screen.getAllByRole('row').length).toBeLessThan(100)
    await user.type(screen.getByRole('searchbox', { name: 'Find a changed file' }), '4999')
    await waitFor(() => expect(grid.getAttribute('aria-rowcount')).toBe('16'))
    await user.click(screen.getByRole('button', { name: 'Stage these' }))
    expect(server.bodyOf('POST /api/git/stage')).toMatchObject({ files: expect.arrayContaining(['src/file-4999.ts']) })
  }, 20_000)

  test('without a search, all are staged without being named', async () => {
    status = aStatus({ files: [changed('a'), changed('b')] })
    const { user, server } = await show({ 'POST /api/git/stage': () => ok(done) })
    await list()
    await user.click(screen.getByRole('button', { name: 'Stage all' }))
    expect(server.bodyOf('POST /api/git/stage')).toEqual({ environmentId: ids.environment })
  })

  test('a discard asks first, and is undone from its toast', async () => {
    status = aStatus({ files: [changed('a.ts')] })
    const { user, server } = await show({
      'POST /api/git/discard': () => ok({ ...done, discard: name }),
      'POST /api/git/discards/restore': () => ok(done),
    })
    const grid = await list()
    grid.focus()
    await user.keyboard('{Delete}')
    const dialog = await screen.findByRole('alertdialog', { name: 'Discard the changes of a.ts?' })
    expect(dialog.textContent).toContain('30 days')
    expect(server.paths()).not.toContain('POST /api/git/discard')
    await user.click(within(dialog).getByRole('button', { name: 'Discard' }))
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    expect(await screen.findByText('The discarded changes are back')).toBeTruthy()
    expect(server.bodyOf('POST /api/git/discards/restore')).toMatchObject({ discard: name })
  })
})

test('a hunk is staged by the patch that git wrote, alone', async () => {
  status = aStatus({ files: [changed('a.ts')] })
  const { user, server } = await show(
    {
      [`GET /api/git/diff/${ids.environment}?path=a.ts&staged=false`]: () =>
        ok({ diff: diff('a.ts'), truncated: false }),
      'POST /api/git/stage': () => ok(done),
    },
    '?file=a.ts',
  )
  // The diff component comes with the first diff.
  const buttons = await screen.findAllByRole('button', { name: 'Stage these lines' }, { timeout: 10_000 })
  await user.click(buttons[1] ?? document.body)
  expect(server.bodyOf('POST /api/git/stage')).toMatchObject({
    patch: 'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -10,2 +10,2 @@ here\n ten\n-eleven\n+ELEVEN\n',
  })
}, 15_000)

test('a large change is drawn only when asked for', async () => {
  status = aStatus({ files: [changed('a.txt')] })
  const lines = Array.from({ length: 4000 }, (_, at) => `+line ${at}`)
  const large = ['diff --git a/a.txt b/a.txt', '--- a/a.txt', '+++ b/a.txt', '@@ -0,0 +1,4000 @@', ...lines, ''].join(
    '\n',
  )
  await show(
    { [`GET /api/git/diff/${ids.environment}?path=a.txt&staged=false`]: () => ok({ diff: large, truncated: true }) },
    '?file=a.txt',
  )
  expect(await screen.findByText(/A large change: 4,000 lines/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Show it' })).toBeTruthy()
  expect(screen.queryByText('line 7')).toBeNull()
  expect(screen.getByText(/longer than 1 MiB/)).toBeTruthy()
})

describe('the commit', () => {
  const message = () => screen.findByRole('textbox', { name: 'Message of the commit' })

  test('takes all when nothing is staged, by Ctrl+Enter, and forgets the draft', async () => {
    status = aStatus({ files: [changed('a'), changed('b')] })
    const { user, server } = await show({ 'POST /api/git/commit': () => ok({ ...done, commit: name }) })
    const field = await message()
    expect(screen.getByRole('button', { name: 'Commit all 2 files' })).toHaveProperty('disabled', true)
    await user.type(field, 'Say why')
    expect(screen.getByText('7/50')).toBeTruthy()
    await user.keyboard('{Control>}{Enter}{/Control}')
    expect(server.bodyOf('POST /api/git/commit')).toMatchObject({ message: 'Say why', staged: false, amend: false })
    await waitFor(() => expect(field).toHaveProperty('value', ''))
  })

  test('takes what is staged, keeps the message when git refuses, and shows its words', async () => {
    status = aStatus({ files: [changed('a'), staged('b')] })
    const detail = 'pre-commit: line 3 is too long\nhook failed'
    const refuse = () => refusal(aProblem({ code: 'git_refused', status: 409, detail }))
    const { user, server, unmount } = await show({ 'POST /api/git/commit': refuse })
    await user.type(await message(), 'x')
    await user.click(screen.getByRole('button', { name: 'Commit 1 file' }))
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('Git refused the commit')
    expect(within(alert).getByText(/line 3 is too long/).tagName).toBe('PRE')
    expect(server.bodyOf('POST /api/git/commit')).toMatchObject({ staged: true })
    unmount()
    await show()
    expect(await message()).toHaveProperty('value', 'x')
  })

  test('amends the last one with its message, and warns of what was pushed', async () => {
    status = aStatus({ files: [changed('a')] })
    const { user, server } = await show({ 'POST /api/git/commit': () => ok({ ...done, commit: name }) })
    const field = await message()
    await user.clear(field)
    await user.type(field, 'draft')
    await waitFor(() => expect(screen.getByRole('checkbox', { name: 'Amend' })).toHaveProperty('disabled', false))
    await user.click(screen.getByRole('checkbox', { name: 'Amend' }))
    expect(field).toHaveProperty('value', 'First\n\nWhy.')
    expect(screen.getByText(/was pushed already/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Amend' }))
    expect(server.bodyOf('POST /api/git/commit')).toMatchObject({ amend: true, staged: true, message: 'First\n\nWhy.' })
    await waitFor(() => expect(field).toHaveProperty('value', 'draft'))
  })

  test('amends only the commit whose message it has', async () => {
    const { user, client } = await show()
    const box = await screen.findByRole('checkbox', { name: 'Amend' })
    await waitFor(() => expect(box).toHaveProperty('disabled', false))
    await user.click(box)
    expect(await message()).toHaveProperty('value', 'First\n\nWhy.')
    status = aStatus({ commit: 'b'.repeat(40) })
    applyEvent(client, { type: 'git', environmentId: ids.environment })
    await waitFor(() => expect(box).toHaveProperty('checked', false))
    expect(box).toHaveProperty('disabled', true)
    expect(await message()).not.toHaveProperty('value', 'First\n\nWhy.')
  })

  test('waits for conflicts', async () => {
    status = aStatus({ operation: 'merge', files: [aFile('a', 'UU', { conflicted: true, unstaged: true })] })
    await show()
    expect((await screen.findByRole('button', { name: /^Commit/ })).getAttribute('title')).toMatch(/conflicts/)
    expect(screen.getByText(/One file is in conflict/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Finish the merge' })).toHaveProperty('disabled', true)
  })
})

describe('what helps', () => {
  const refuse = (code: 'non_fast_forward' | 'git_credentials_required' | 'git_refused') => () =>
    refusal(aProblem({ code, status: code === 'git_credentials_required' ? 403 : 409 }))

  test('a push that is behind offers to pull first', async () => {
    status = aStatus({ ahead: 2 })
    const { user, server } = await show({
      'POST /api/git/push': refuse('non_fast_forward'),
      'POST /api/git/pull': () => ok(done),
    })
    await user.click(await screen.findByRole('button', { name: 'Push 2 commits' }))
    await user.click(await screen.findByRole('button', { name: 'Pull first' }))
    expect(server.bodyOf('POST /api/git/pull')).toEqual({ environmentId: ids.environment })
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  })

  test('a host that asks for a token leads to the page of tokens', async () => {
    const { user } = await show({ 'POST /api/git/push': refuse('git_credentials_required') })
    await user.click(await screen.findByRole('button', { name: 'Push' }))
    const link = await screen.findByRole('link', { name: 'Add a token' })
    expect(link.getAttribute('href')).toBe('/settings/git')
  })

  test('a switch that changes stand against offers to stash them', async () => {
    status = aStatus({ files: [changed('a')] })
    const branch = { name: 'fix', remote: false, current: false, commit: name, committedAt: lastCommit.committedAt }
    const branches = [{ ...branch, subject: 's', upstream: null, ahead: 0, behind: 0, worktree: null }]
    let refused = false
    const { user, server } = await show({
      [`GET /api/git/branches/${ids.environment}`]: () => ok({ branches }),
      'POST /api/git/checkout': () => {
        if (refused) return ok(done)
        refused = true
        return refuse('git_refused')()
      },
      'POST /api/git/stash': () => ok(done),
    })
    await user.click(await screen.findByRole('button', { name: /switch or make a branch/ }))
    await user.click(await screen.findByRole('option', { name: /fix/ }))
    await user.click(await screen.findByRole('button', { name: 'Stash and switch' }))
    await waitFor(() => expect(server.calls.filter(({ path }) => path === '/api/git/checkout')).toHaveLength(2))
    expect(server.bodyOf('POST /api/git/stash')).toMatchObject({ message: 'Before fix' })
  })
})

describe('where there is nothing to show', () => {
  test('an environment that does not run offers to start, and asks nothing of git', async () => {
    const { server } = await show({}, '', { status: 'stopped', desiredState: 'stopped' })
    expect(await screen.findByText('The environment does not run')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Start' })).toBeTruthy()
    expect(server.paths()).toEqual([])
  })

  test('without a repository it says how to begin one', async () => {
    status = aStatus({ repository: false })
    await show()
    expect(await screen.findByText('No repository in the workspace')).toBeTruthy()
    expect(screen.getByText('git -C /workspace init')).toBeTruthy()
  })

  test('no changes, and a branch without a commit', async () => {
    status = aStatus({ commit: null, upstream: null })
    await show()
    expect(await screen.findByText('No changes')).toBeTruthy()
    expect(screen.getByRole('button', { name: /main, no commit yet/ })).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Push' })).toHaveProperty('disabled', true)
  })
})

test('it watches while it is shown, and an event brings what changed', async () => {
  const { server, client } = await show()
  expect(await screen.findByText('No changes')).toBeTruthy()
  await waitFor(() => expect(server.paths()).toContain('POST /api/git/watch'))
  status = aStatus({ files: [changed('by-hand.ts')] })
  applyEvent(client, { type: 'git', environmentId: ids.environment })
  expect(await screen.findByText('by-hand.ts')).toBeTruthy()
})
