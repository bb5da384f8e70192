import { act, screen, waitFor, within } from '@testing-library/react'
import { Toaster } from 'sonner'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Application, DeployCheck, Deployment, DeploymentConnection, Environment } from '@craftastic/contract'
import { applyEvent } from '@/api/event-updates'
import { deploymentPageSize } from '@/api/deployments'
import { DeploymentPanel } from '@/components/DeploymentPanel'
import { aCheck, aDeployment, anApplication, appId, connected, deploymentId } from './deployment-fixtures'
import { aProblem, anEnvironment, ids } from './fixtures'
import { ok, refusal, startFakeServer } from './fake-server'
import { renderAt } from './render'

const of = (what: string) => `GET /api/deployment/${what}`
const deploy = 'POST /api/deployment/deploy'
const emptyLog = {
  lines: [],
  firstSequence: 0,
  lastSequence: 0,
  hasMore: false,
  complete: false,
  truncated: false,
  logsReadable: true,
}

let connection: DeploymentConnection
let applications: Application[]
let deployments: Deployment[]
let check: DeployCheck
beforeEach(() => {
  connection = connected
  applications = [anApplication()]
  deployments = []
  check = aCheck()
})
afterEach(() => vi.unstubAllGlobals())

type Handlers = Parameters<typeof startFakeServer>[0]

function show(
  handlers: Handlers = {},
  { at = '/', environment = {} }: { at?: string; environment?: Partial<Environment> } = {},
) {
  const server = startFakeServer({
    [of('connection')]: () => ok(connection),
    [of(`applications?environmentId=${ids.environment}`)]: () => ok({ applications }),
    [of(`list/${ids.environment}?limit=${deploymentPageSize}`)]: () => ok({ deployments }),
    [of(`check/${ids.environment}`)]: () => ok(check),
    [of(`check/${ids.environment}?branch=main`)]: () => ok(check),
    [of(`logs/${deploymentId}?after=0`)]: () => ok(emptyLog),
    [`GET /api/git/branches/${ids.environment}`]: () => ok({ branches: [] }),
    ...handlers,
  })
  const view = renderAt(
    at,
    <>
      <DeploymentPanel environment={anEnvironment(environment)} />
      <Toaster />
    </>,
  )
  return { ...view, server }
}

const button = () => screen.findByRole('button', { name: 'Deploy' })
const rows = () =>
  within(screen.getByRole('list', { name: 'History of deployments' }))
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)
const accepted = (deployment: Deployment) => ({
  status: 202,
  body: { deploymentId: deployment.id, status: deployment.status, deployment },
})

describe('without a connection', () => {
  test('it says which variables to set and what the token has to be allowed, and asks Coolify for nothing', async () => {
    connection = { state: 'not_configured', url: null, version: null, reason: null }
    const { user, server } = show()
    await user.click(await screen.findByRole('button', { name: 'How to connect it' }))
    const panel = screen.getByRole('region', { name: 'Deployments' })
    for (const word of ['COOLIFY_API_URL', 'COOLIFY_API_TOKEN', 'Tick deploy first']) {
      expect(panel.textContent).toContain(word)
    }
    expect(screen.getAllByRole('term').map(({ textContent }) => textContent)).toEqual([
      'deploy',
      'read',
      'read:sensitive',
      'write',
    ])
    expect(server.paths().filter((path) => path.includes('applications'))).toEqual([])
    expect(screen.queryByText('Nothing was deployed from here yet.')).toBeNull()
  })

  test('a refused token is named with the reason, and what was deployed stays readable', async () => {
    connection = { ...connected, state: 'refused', reason: 'Coolify does not accept the token.' }
    deployments = [aDeployment({ status: 'finished' })]
    show()
    expect((await screen.findByRole('alert')).textContent).toContain('Coolify does not accept the token.')
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(screen.queryByRole('button', { name: 'Deploy' })).toBeNull()
  })

  test.each([
    ['unreachable', 'Coolify does not answer'],
    ['unusable', 'Coolify cannot be used at the moment'],
  ] as const)('%s is told apart', async (state, title) => {
    connection = { ...connected, state, reason: 'Coolify failed (503).' }
    show()
    expect((await screen.findByRole('alert')).textContent).toContain(`${title}Coolify failed (503).`)
  })
})

describe('the button', () => {
  test('deploys the branch that both are on without naming it, and shows the deployment at once', async () => {
    const { user, server } = show({ [deploy]: () => accepted(aDeployment({ status: 'pending' })) })
    await user.click(await button())
    expect(server.bodyOf(deploy)).toEqual({
      environmentId: ids.environment,
      appId,
      force: false,
      allowUnpushed: false,
    })
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(rows()[0]).toMatch(/^Deploy main.*Waiting/)
    expect(screen.getByText('The log begins once Coolify has taken the deployment.')).toBeTruthy()
  })

  test('asks before the application builds another branch for everybody', async () => {
    check = aCheck({ branch: 'feature' })
    const { user, server } = show({ [deploy]: () => accepted(aDeployment()) })
    await user.click(await button())
    const question = await screen.findByRole('alertdialog', { name: 'Deploy feature?' })
    expect(question.textContent).toContain('web builds main now.')
    expect(server.bodyOf(deploy)).toBeUndefined()
    await user.click(within(question).getByRole('button', { name: 'Deploy feature' }))
    await waitFor(() => expect(server.bodyOf(deploy)).toMatchObject({ branch: 'feature' }))
  })

  test('a branch that changed meanwhile is asked about in the words of the server', async () => {
    const differs = aProblem({ code: 'branch_differs', status: 409, detail: 'web builds release.' })
    const { user, server } = show({
      [deploy]: ({ body }) =>
        typeof body === 'object' && body !== null && 'branch' in body ? accepted(aDeployment()) : refusal(differs),
    })
    await user.click(await button())
    const question = await screen.findByRole('alertdialog', { name: 'Deploy main?' })
    expect(question.textContent).toContain('web builds release.')
    await user.click(within(question).getByRole('button', { name: 'Deploy main' }))
    await waitFor(() => expect(server.bodyOf(deploy)).toMatchObject({ branch: 'main' }))
  })

  test('has the focus for whoever comes to deploy', async () => {
    show({}, { at: '/#deploy' })
    const found = await button()
    await waitFor(() => expect(document.activeElement).toBe(found))
  })

  test('what Coolify refuses stays on the page until it is dismissed', async () => {
    const detail = 'Coolify refuses this (422): The branch is missing.'
    const { user } = show({ [deploy]: () => refusal(aProblem({ code: 'deployment_refused', status: 422, detail })) })
    await user.click(await button())
    expect((await screen.findByRole('alert')).textContent).toContain(detail)
    await user.click(screen.getByRole('button', { name: 'Dismiss' }))
    expect(screen.queryByRole('alert')).toBeNull()
  })
})

describe('commits that are not pushed', () => {
  const commits = [{ commit: 'c'.repeat(40), subject: 'Sell apples' }]
  const unpushed = { count: 3, commits }
  const notPushed = () => refusal(aProblem({ code: 'commits_not_pushed', status: 409 }))
  const push = 'POST /api/git/push'
  const question = () => screen.findByRole('alertdialog', { name: '3 commits are not pushed' })

  test('are named; the remote is deployed only when somebody says so', async () => {
    check = aCheck({ unpushed })
    const { user, server } = show({
      [deploy]: ({ body }) =>
        typeof body === 'object' && body !== null && 'allowUnpushed' in body && body.allowUnpushed === true
          ? accepted(aDeployment())
          : notPushed(),
    })
    await user.click(await button())
    const dialog = await question()
    expect(within(dialog).getByRole('list').textContent).toBe('cccccccSell applesand 2 more')
    await user.click(within(dialog).getByRole('button', { name: 'Deploy what the remote has' }))
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(server.paths()).not.toContain(push)
  })

  test('are pushed first, and then deployed', async () => {
    check = aCheck({ unpushed })
    let pushed = false
    const { user, server } = show({
      [deploy]: () => (pushed ? accepted(aDeployment()) : notPushed()),
      [push]: () => {
        pushed = true
        return ok({ success: true, output: '' })
      },
    })
    await user.click(await button())
    await user.click(within(await question()).getByRole('button', { name: 'Push first' }))
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(server.bodyOf(push)).toEqual({ environmentId: ids.environment, branch: 'main' })
    expect(server.paths().filter((path) => path === deploy)).toHaveLength(2)
  })

  test('a push that fails says why and deploys nothing; nor does one whose question was closed', async () => {
    check = aCheck({ unpushed })
    let answer: () => void = () => undefined
    let pushes = 0
    const { user, server } = show({
      [deploy]: notPushed,
      [push]: async () => {
        pushes += 1
        if (pushes === 1) return refusal(aProblem({ code: 'git_credentials_required', status: 403 }))
        await new Promise<void>((resolve) => (answer = resolve))
        return ok({ success: true, output: '' })
      },
    })
    await user.click(await button())
    const dialog = await question()
    await user.click(within(dialog).getByRole('button', { name: 'Push first' }))
    expect(await within(dialog).findByRole('link', { name: 'Add a token' })).toBeTruthy()
    await user.click(within(dialog).getByRole('button', { name: 'Push first' }))
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    await act(async () => answer())
    expect(server.paths().filter((path) => path === deploy)).toHaveLength(1)
  })
})

test('from an environment that does not run, the remote is deployed once somebody says so', async () => {
  check = aCheck({ looked: false })
  const notRunning = aProblem({ code: 'environment_not_running', status: 409 })
  const { user, server } = show(
    {
      [deploy]: ({ body }) =>
        typeof body === 'object' && body !== null && 'allowUnpushed' in body && body.allowUnpushed === true
          ? accepted(aDeployment())
          : refusal(notRunning),
    },
    { environment: { status: 'stopped' } },
  )
  await user.click(await button())
  const dialog = await screen.findByRole('alertdialog', { name: 'Some commits may not be pushed' })
  expect(within(dialog).queryByRole('button', { name: 'Push first' })).toBeNull()
  await user.click(within(dialog).getByRole('button', { name: 'Deploy what the remote has' }))
  await waitFor(() => expect(rows()).toHaveLength(1))
  expect(server.paths().filter((path) => path.includes('/api/git/'))).toEqual([])
})

describe('the history', () => {
  test('tells commit, branch, how long and how it ended, and why one failed', async () => {
    const metadata = {
      commit: 'a'.repeat(40),
      commitMessage: 'Sell pears\n\nWhy.',
      endedAt: '2026-05-01T10:02:05.000Z',
      error: { code: 'build_failed' as const, reason: 'Coolify says that it failed.' },
    }
    deployments = [aDeployment({ status: 'failed', metadata })]
    show()
    await screen.findByText('Sell pears')
    expect(rows()[0]).toMatch(/^Sell pearsmain ·aaaaaaa ·.*2 min 5 sFailed.*Coolify says that it failed\.$/)
  })

  test('events move a deployment on, and older ones change nothing', async () => {
    deployments = [aDeployment({ status: 'queued', updatedAt: '2026-05-01T10:00:01.000Z' })]
    const { client } = show()
    await screen.findByText('Queued')
    const tell = (deployment: Deployment) =>
      act(() => applyEvent(client, { type: 'deployment', environmentId: ids.environment, deployment }))
    tell(aDeployment({ status: 'finished', updatedAt: '2026-05-01T10:00:03.000Z' }))
    await screen.findByText('Finished')
    tell(aDeployment({ status: 'in_progress', updatedAt: '2026-05-01T10:00:02.000Z' }))
    expect(rows()[0]).toContain('Finished')
  })

  test('a cancel is asked about, and is under way until Coolify says so', async () => {
    deployments = [aDeployment()]
    const cancelRequestedAt = '2026-05-01T10:00:05.000Z'
    const asked = aDeployment({ updatedAt: cancelRequestedAt, metadata: { cancelRequestedAt } })
    const cancel = `POST /api/deployment/cancel/${deploymentId}`
    const { user, server } = show({ [cancel]: () => ok(asked) })
    await user.click(await screen.findByRole('button', { name: 'Cancel' }))
    const question = await screen.findByRole('alertdialog')
    expect(server.paths()).not.toContain(cancel)
    await user.click(within(question).getByRole('button', { name: 'Cancel deployment' }))
    await screen.findByText('Cancelling')
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  })

  test('asks before a redeploy changes what the application builds, and forgets no answer', async () => {
    deployments = [aDeployment({ status: 'finished' })]
    check = aCheck({ looked: false })
    const redeploy = `POST /api/deployment/redeploy/${deploymentId}`
    const stopped = aProblem({ code: 'environment_not_running', status: 409, detail: 'It does not run.' })
    const differs = aProblem({ code: 'branch_differs', status: 409, detail: 'web builds release by now.' })
    const may = z.object({ allowUnpushed: z.boolean(), allowBranchChange: z.boolean() })
    const { user, server } = show({
      [redeploy]: ({ body }) => {
        const { allowUnpushed, allowBranchChange } = may.parse(body)
        if (!allowUnpushed) return refusal(stopped)
        return allowBranchChange ? accepted(aDeployment({ id: ids.session, status: 'pending' })) : refusal(differs)
      },
      [of(`logs/${ids.session}?after=0`)]: () => ok(emptyLog),
    })
    await user.click(await screen.findByRole('button', { name: 'More for Deploy main' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Redeploy' }))
    await user.click(await screen.findByRole('button', { name: 'Deploy what the remote has' }))
    const question = await screen.findByRole('alertdialog', { name: 'Deploy main?' })
    expect(question.textContent).toContain('web builds release by now.')
    expect(server.bodyOf(redeploy)).toEqual({ force: false, allowUnpushed: true, allowBranchChange: false })
    await user.click(within(question).getByRole('button', { name: 'Deploy main' }))
    await waitFor(() => expect(rows()).toHaveLength(2))
    expect(server.bodyOf(redeploy)).toEqual({ force: false, allowUnpushed: true, allowBranchChange: true })
  })

  test('redeploys, and rolls back to an image that does not run', async () => {
    deployments = [aDeployment({ status: 'finished' })]
    const second = aDeployment({ id: ids.session, createdAt: '2026-05-01T10:05:00.000Z', status: 'pending' })
    const images = [
      { tag: 'b'.repeat(40), createdAt: '2026-05-01T10:00:00.000Z', current: true },
      { tag: 'c'.repeat(40), createdAt: null, current: false },
    ]
    const { user, server } = show({
      [`POST /api/deployment/redeploy/${deploymentId}`]: () => accepted(second),
      [of(`rollback-images/${ids.environment}/${appId}`)]: () => ok({ images }),
      [of(`logs/${ids.session}?after=0`)]: () => ok(emptyLog),
      'POST /api/deployment/rollback': () => accepted(second),
    })
    await user.click(await screen.findByRole('button', { name: 'More for Deploy main' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Redeploy' }))
    await waitFor(() => expect(rows()).toHaveLength(2))
    expect(server.bodyOf(`POST /api/deployment/redeploy/${deploymentId}`)).toEqual({
      force: false,
      allowUnpushed: false,
      allowBranchChange: false,
    })

    await user.click(screen.getByRole('button', { name: 'More for deployments' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Roll back…' }))
    const dialog = await screen.findByRole('dialog')
    const choices = await within(dialog).findAllByRole('radio')
    expect(choices.map((choice) => choice.hasAttribute('disabled'))).toEqual([true, false])
    await user.click(within(dialog).getByText('ccccccc'))
    const rollBack = within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Roll back' })
    // The redeploy of a moment ago still guards against the second click of a double click.
    await waitFor(() => expect(rollBack.disabled).toBe(false))
    await user.click(rollBack)
    await waitFor(() => expect(server.bodyOf('POST /api/deployment/rollback')).toMatchObject({ tag: 'c'.repeat(40) }))
  })
})

test('only addresses of the web are linked to', async () => {
  applications = [anApplication({ urls: ['javascript:alert(1)', 'https://web.example.com/'] })]
  show()
  const links = await screen.findAllByRole('link')
  expect(links.map((link) => link.getAttribute('href'))).toEqual(['https://web.example.com/'])
})
