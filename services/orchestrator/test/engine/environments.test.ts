import { Environment, EnvironmentDeleted, OperationWithLog, Problem } from '@craftastic/contract'
import { listLeftovers } from '@craftastic/testing/engine-leftovers'
import { beforeAll, expect, it } from 'vitest'
import type { ApiClient } from '@craftastic/testing/api-client'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

const bareImage = 'craftastic/base:trixie'

describeOnEngine('environments', () => {
  const server = useEngineServer({
    env: { SANDBOX_ALLOWED_IMAGES: `${bareImage},craftastic/gone:none` },
    cloneStallSeconds: 2,
  })
  let api: ApiClient
  beforeAll(async () => {
    api = await server().signInNew()
  })
  const read = (id: string) => api.expect(200, Environment, 'GET', `/api/environments/${id}`)

  it('clones the branch that was asked for, as the unprivileged user', async () => {
    const { git } = server()
    const input = { name: 'branch', repositoryUrl: git.projectUrl, branch: git.projectBranch }
    const environment = await api.createEnvironment(input)
    expect(environment).toMatchObject({
      status: 'running',
      branch: git.projectBranch,
      image: server().config.sandbox.image,
    })
    const log = await inContainer(environment.id, 'git', '-C', '/workspace', 'rev-list', '--count', 'HEAD')
    expect(Number(log)).toBe(git.projectCommits)
    expect(await inContainer(environment.id, 'stat', '-c', '%u:%g', '/workspace/package.json')).toBe('1000:1000')
    expect(await inContainer(environment.id, 'git', '-C', '/workspace', 'remote', 'get-url', 'origin')).toBe(
      git.projectUrl,
    )

    const operationId = environment.operation?.id ?? ''
    const operation = await api.expect(200, OperationWithLog, 'GET', `/api/operations/${operationId}`)
    expect(operation.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'network done',
      'volume done',
      'container done',
      'connection done',
      'clone done',
      'ready done',
    ])
    expect(operation.lines.join('\n')).toMatch(/Cloning into '\/workspace'/)
    await api.removeEnvironment(environment.id)
  })

  it('answers 202 at once and is found by its location', async () => {
    const answer = await api.request('POST', '/api/environments', { body: { name: 'later' } })
    expect(answer.status).toBe(202)
    const created = Environment.parse(answer.body)
    expect(created).toMatchObject({ status: 'starting', branch: 'main', repositoryUrl: null })
    expect(answer.headers.get('location')).toBe(`/api/environments/${created.id}`)
    await expect.poll(async () => (await read(created.id)).status, { timeout: 20_000 }).toBe('running')
    await api.removeEnvironment(created.id)
  })

  it.each([
    ['private', 'privateUrl', /private or does not exist/],
    ['missing', 'missingUrl', /no repository at/],
    ['empty', 'emptyUrl', /is empty/],
    ['hanging', 'hangingUrl', /stopped answering/],
  ] as const)(
    'says in words why a %s repository cannot be cloned, and leaves nothing behind',
    async (name, url, words) => {
      const environment = await api.createEnvironment({ name, repositoryUrl: server().git[url] })
      expect(environment).toMatchObject({ status: 'error', containerId: null })
      expect(environment.statusReason).toMatch(words)
      expect(environment.operation).toMatchObject({ state: 'failed', error: { step: 'clone' } })
      expect(await listLeftovers(server().instanceId)).toEqual([])
      await api.removeEnvironment(environment.id)
    },
  )

  it('says that a branch does not exist', async () => {
    const input = { name: 'no branch', repositoryUrl: server().git.projectUrl, branch: 'no-such-branch' }
    const environment = await api.createEnvironment(input)
    expect(environment.statusReason).toMatch(/no branch "no-such-branch"/)
    expect(environment.operation?.error?.output).toMatch(/Remote branch no-such-branch not found/)
    await api.removeEnvironment(environment.id)
  })

  it('names the programs that an image lacks', async () => {
    const environment = await api.createEnvironment({ name: 'bare', image: bareImage })
    expect(environment).toMatchObject({ status: 'error' })
    expect(environment.statusReason).toMatch(/lacks git, tmux, sshd/)
    expect(await listLeftovers(server().instanceId)).toEqual([])
    await api.removeEnvironment(environment.id)
  })

  it('says that the image is gone', async () => {
    const environment = await api.createEnvironment({ name: 'gone', image: 'craftastic/gone:none' })
    expect(environment).toMatchObject({ status: 'error' })
    expect(environment.statusReason).toMatch(/does not have the image "craftastic\/gone:none"/)
    await api.removeEnvironment(environment.id)
  })

  it('refuses an image that is not allowed', async () => {
    const answer = await api.request('POST', '/api/environments', { body: { name: 'x', image: 'evil/image' } })
    expect(Problem.parse(answer.body)).toMatchObject({ code: 'image_refused', status: 422 })
  })

  it('has each name once per user', async () => {
    const environment = await api.createEnvironment({ name: 'twice' })
    const again = await api.request('POST', '/api/environments', { body: { name: 'twice' } })
    expect(Problem.parse(again.body)).toMatchObject({ code: 'name_taken', status: 409 })
    const other = await (
      await server().signInNew()
    ).createEnvironment({ name: 'twice', repositoryUrl: server().git.emptyUrl })
    expect(other.name).toBe('twice')
    await api.removeEnvironment(environment.id)
  })

  it('cuts a clone short when its environment is deleted', async () => {
    const body = { name: 'unwanted', repositoryUrl: server().git.hangingUrl }
    const created = await api.expect(202, Environment, 'POST', '/api/environments', { body })
    const step = async () => (await read(created.id)).operation?.steps.find(({ name }) => name === 'clone')?.state
    await expect.poll(step, { timeout: 10_000 }).toBe('running')
    const startedAt = performance.now()
    await api.removeEnvironment(created.id)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(await listLeftovers(server().instanceId)).toEqual([])
  })

  it('answers the same operation to a second delete', async () => {
    const environment = await api.createEnvironment({ name: 'two clicks' })
    const remove = () =>
      api.request('DELETE', `/api/environments/${environment.id}`, { headers: { prefer: 'wait=30' } })
    const answers = await Promise.all([remove(), remove(), remove()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const ids = answers.map(({ body }) => EnvironmentDeleted.parse(body).operation.id)
    expect(new Set(ids).size).toBe(1)
  })

  it('reads statistics while it runs, and says when it does not', async () => {
    const environment = await api.createEnvironment({ name: 'figures' })
    expect(environment).toMatchObject({ status: 'running', statusReason: null })
    const stats = await api.request('GET', `/api/environments/${environment.id}/stats`)
    expect(stats).toMatchObject({
      status: 200,
      body: { memoryLimitBytes: 512 * 1024 ** 2, diskBytes: expect.any(Number) },
    })
    await api.removeEnvironment(environment.id)
  })
})
