/** What of a real repository is not pushed, before it is deployed. */
import { Deployment, DeployCheck, DeploymentAccepted, Problem } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { startFakeCoolify, type FakeCoolify } from '@craftastic/testing/fake-coolify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openGitRepository, type GitRepository } from '../harness/git-repository.ts'

let coolify: FakeCoolify | undefined
const env: Record<string, string> = {}
// Before the server, which reads them when it starts.
beforeAll(async () => {
  coolify = await startFakeCoolify()
  Object.assign(env, { COOLIFY_API_URL: coolify.url, COOLIFY_API_TOKEN: coolify.token })
})
afterAll(() => coolify?.close())

describeOnEngine('deploying the branch of an environment', () => {
  const server = useEngineServer({ env })
  let api: ApiClient
  let git: GitRepository
  let main: string
  let appId: string
  beforeAll(async () => {
    api = await server().signInNew()
    main = server().git.projectBranch
    const { id } = await api.createEnvironment({ name: 'work', repositoryUrl: server().git.writableUrl })
    git = openGitRepository(api, id)
    await git.sh('git config user.name Me; git config user.email me@example.org')
    appId = (await coolify?.addApplication(server().git.writableUrl, main)) ?? ''
  }, 120_000)
  afterAll(() => api.removeEnvironment(git.environmentId))

  const deploy = (more: object = {}) =>
    api.request('POST', '/api/deployment/deploy', { body: { environmentId: git.environmentId, appId, ...more } })
  const check = (query = '') =>
    api.expect(200, DeployCheck, 'GET', `/api/deployment/check/${git.environmentId}${query}`)
  const refused = async (more: object = {}) => Problem.parse((await deploy(more)).body)
  const untilFinished = (id: string) =>
    expect
      .poll(async () => (await api.expect(200, Deployment, 'GET', `/api/deployment/status/${id}`)).status, {
        timeout: 25_000,
      })
      .toBe('finished')

  it('goes ahead with what is pushed', async () => {
    expect(await check()).toEqual({
      branch: main,
      looked: true,
      onRemote: true,
      unpushed: { count: 0, commits: [] },
      changedFiles: 0,
    })
    const { deploymentId, deployment } = DeploymentAccepted.parse((await deploy()).body)
    expect(deployment.metadata.branch).toBe(main)
    await untilFinished(deploymentId)
  })

  it('names the commits that are not pushed, and deploys without them when it is told to', async () => {
    await git.sh('echo one >one; git add one; git commit -qm "The first"; git commit -q --allow-empty -m "The second"')
    await git.sh('echo changed >changed')
    const { unpushed, changedFiles } = await check()
    expect(unpushed).toMatchObject({ count: 2, commits: [{ subject: 'The second' }, { subject: 'The first' }] })
    expect(changedFiles).toBe(1)
    const problem = await refused()
    expect(problem).toMatchObject({ code: 'commits_not_pushed', status: 409 })
    expect(problem.detail).toContain('2 commits')
    expect(problem.errors?.map(({ detail }) => detail.replace(/^[0-9a-f]{10} /, ''))).toEqual([
      'The second',
      'The first',
    ])
    const accepted = DeploymentAccepted.parse((await deploy({ allowUnpushed: true })).body)
    await untilFinished(accepted.deploymentId)
    await git.done('push')
    expect((await check()).unpushed.count).toBe(0)
  })

  it('refuses a branch that the remote does not have, and another than the application builds', async () => {
    await git.sh('git checkout -qb feature/x; git commit -q --allow-empty -m "Only here"')
    expect(await refused()).toMatchObject({ code: 'commits_not_pushed' })
    expect(await check()).toMatchObject({ branch: 'feature/x', onRemote: false, unpushed: { count: 1 } })
    await git.done('push')
    expect(await refused()).toMatchObject({ code: 'branch_differs' })
    // The one that it does build is not the current one.
    expect(await check(`?branch=${main}`)).toMatchObject({ branch: main, changedFiles: 0 })
    const { deploymentId, deployment } = DeploymentAccepted.parse((await deploy({ branch: 'feature/x' })).body)
    expect(deployment.metadata.changesBranch).toBe(true)
    await untilFinished(deploymentId)
    expect((await coolify?.look())?.applications[0]?.gitBranch).toBe('feature/x')
  })

  it('has no current branch while HEAD is detached', async () => {
    await git.sh('git checkout -q --detach')
    const answer = await api.request('GET', `/api/deployment/check/${git.environmentId}`)
    expect(Problem.parse(answer.body).code).toBe('git_refused')
    await git.sh(`git checkout -q ${main}`)
  })
})
