/** Deployments from the request to the last line of their log, on a Coolify of the tests. */
import { randomUUID } from 'node:crypto'
import {
  Application,
  ApplicationChoices,
  ApplicationList,
  DeployCheck,
  Deployment,
  DeploymentAccepted,
  DeploymentConnection,
  DeploymentList,
  DestinationList,
  Problem,
  ProjectEnvironmentList,
  RollbackImageList,
} from '@craftastic/contract'
import { describe, expect, it } from 'vitest'
import { createEnvironmentRow, signIn } from './harness/builders.ts'
import { repositoryUrl, useDeployServer } from './harness/deploy-server.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useDeployServer()

const ofApp = () => server().ofApp()
const audit = async () => {
  const query = server().database.db.selectFrom('audit_log').selectAll().where('user_id', '=', server().user.id)
  return (await query.orderBy('id').execute()).map(({ action, result }) => `${action} ${result}`)
}
const events = async () => {
  const query = server().database.db.selectFrom('events').select('data').where('user_id', '=', server().user.id)
  return JSON.stringify(await query.where('type', '=', 'deployment').orderBy('id').execute())
}

describe('a deployment', () => {
  it('is accepted, goes through, and tells what it did', async () => {
    const { deploy, environmentId, appId, until, untilComplete, coolify } = server()
    const begun = await deploy()
    expect(begun).toMatchObject({ environmentId, appId, status: 'pending' })
    expect(begun.metadata).toMatchObject({ kind: 'deploy', branch: 'main', changesBranch: false, force: false })

    const done = await until(begun.id, 'finished')
    const [inCoolify] = await ofApp()
    expect(done.metadata).toMatchObject({
      coolifyDeploymentId: inCoolify?.uuid,
      commit: inCoolify?.commit,
      adopted: false,
      error: null,
      trouble: null,
      logsReadable: true,
    })
    expect(done.metadata.url).toMatch(new RegExp(`^${coolify.url}/project/.+/deployment/${inCoolify?.uuid}$`))
    const log = await untilComplete(begun.id)
    expect(log.lines.map(({ text }) => text)).toEqual([
      `Starting deployment of ${repositoryUrl}:main to localhost.`,
      'Cloning.',
      'Building.',
      'Done.',
    ])
    expect(log.lines.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
    expect(await ofApp()).toHaveLength(1)
    expect(await audit()).toEqual(['deployment.deploy begun', 'deployment.deploy done'])

    const told = await events()
    for (const word of ['"pending"', '"queued"', '"finished"', '"lastSequence":4']) {
      expect(told.replaceAll(' ', '')).toContain(word)
    }
    const { rows } = await server().database.pool.query('select deployments.*::text as row from deployments')
    expect(JSON.stringify(rows) + told).not.toContain(coolify.token.split('|')[1])
  })

  it('that fails says so, and its log ends with why, which Coolify tells late', async () => {
    const { deploy, until, untilComplete, coolify } = server()
    await coolify.live({ outcome: 'failed' })
    const { id } = await deploy()
    expect((await until(id, 'failed')).metadata.error).toMatchObject({ code: 'build_failed' })
    const last = (await untilComplete(id)).lines.at(-1)
    expect(last).toMatchObject({ text: 'Deployment failed: the build ended with 1.', stream: 'stderr' })
    expect(await audit()).toContain('deployment.deploy failed')
  })

  it('is cancelled when Coolify says so', async () => {
    const { deploy, until, post, coolify } = server()
    await coolify.live({ hold: 'in_progress' })
    const { id } = await deploy()
    await until(id, 'in_progress')
    const answer = await post(`cancel/${id}`)
    const asked = readBody(answer, Deployment)
    expect(asked.status).toBe('in_progress')
    expect(asked.metadata.cancelRequestedAt).not.toBeNull()
    await until(id, 'cancelled')
    expect(await audit()).toEqual([
      'deployment.deploy begun',
      'deployment.cancel begun',
      'deployment.deploy interrupted',
    ])
    expect(readBody(await post(`cancel/${id}`), Deployment).status).toBe('cancelled')
  })

  it('that ended cannot be cancelled', async () => {
    const { deploy, until, post } = server()
    const { id } = await deploy()
    await until(id, 'finished')
    expectProblem(await post(`cancel/${id}`), 'deployment_ended', 409)
  })

  it('is made once for ten clicks and for one key', async () => {
    const { post, environmentId, appId, coolify, until } = server()
    await coolify.live({ hold: 'queued' })
    const body = { environmentId, appId, allowUnpushed: true }
    const key = { 'idempotency-key': randomUUID() }
    const keyed = await Promise.all([post('deploy', body, key), post('deploy', body, key)])
    const [one, other] = keyed.map((answer) => readBody(answer, DeploymentAccepted, 202))
    expect(other?.deploymentId).toBe(one?.deploymentId)
    const clicks = await Promise.all([1, 2, 3, 4].map(() => post('deploy', body)))
    for (const click of clicks) expectProblem(click, 'deployment_waiting', 409)
    await until(one?.deploymentId ?? '', 'queued')
    expect(await ofApp()).toHaveLength(1)
  })

  it('takes the one for which somebody else asked and which waits', async () => {
    const { deploy, until, coolify, appId } = server()
    await coolify.live({ hold: 'queued' })
    const theirs = await coolify.begin(appId, 'push')
    const { id } = await deploy()
    const { metadata } = await until(id, 'queued')
    expect(metadata).toMatchObject({ coolifyDeploymentId: theirs, adopted: true })
    expect(await ofApp()).toHaveLength(1)
  })

  it('of another branch changes the application, and only when the branch is asked for', async () => {
    const { post, deploy, until, environmentId, coolify } = server()
    const other = await coolify.addApplication(repositoryUrl, 'production')
    const body = { environmentId, appId: other, allowUnpushed: true }
    const refused = expectProblem(await post('deploy', body), 'branch_differs', 409)
    expect(refused.detail).toContain('"production"')
    const { id, metadata } = await deploy({ appId: other, branch: 'main' })
    expect(metadata).toMatchObject({ branch: 'main', changesBranch: true })
    await until(id, 'finished')
    const { applications } = await coolify.look()
    expect(applications.find(({ uuid }) => uuid === other)).toMatchObject({ gitBranch: 'main', gitCommitSha: 'HEAD' })
  })

  it('is repeated on another branch than the application builds by now only when that is asked for', async () => {
    const { post, deploy, until, appId, coolify } = server()
    const first = await deploy({ branch: 'main' })
    await until(first.id, 'finished')
    await until((await deploy({ branch: 'release' })).id, 'finished')
    const builds = async () => (await coolify.look()).applications.find(({ uuid }) => uuid === appId)?.gitBranch
    const refused = expectProblem(await post(`redeploy/${first.id}`, { allowUnpushed: true }), 'branch_differs', 409)
    expect(refused.detail).toMatch(/builds the branch "release" by now, .*"main"/)
    expect(await builds()).toBe('release')
    const allowed = await post(`redeploy/${first.id}`, { allowUnpushed: true, allowBranchChange: true })
    const again = readBody(allowed, DeploymentAccepted, 202)
    expect(again.deployment.metadata).toMatchObject({ kind: 'redeploy', branch: 'main', changesBranch: true })
    await until(again.deploymentId, 'finished')
    expect(await builds()).toBe('main')
  })

  it('cannot be of a branch that Coolify does not take', async () => {
    const { post, environmentId, appId } = server()
    const body = { environmentId, appId, branch: 'feat/x+y', allowUnpushed: true }
    expectProblem(await post('deploy', body), 'deployment_refused', 422)
  })

  it('asks for a running environment before it believes that all is pushed', async () => {
    const { post, get, environmentId, appId } = server()
    expectProblem(await post('deploy', { environmentId, appId }), 'environment_not_running', 409)
    expect(readBody(await get(`check/${environmentId}`), DeployCheck)).toMatchObject({ branch: 'main', looked: false })
  })

  it('is repeated, and goes back to an image', async () => {
    const { deploy, until, post, get, environmentId, appId } = server()
    const first = await deploy()
    await until(first.id, 'finished')
    const again = readBody(
      await post(`redeploy/${first.id}`, { allowUnpushed: true, force: true }),
      DeploymentAccepted,
      202,
    )
    expect(again.deployment.metadata).toMatchObject({
      kind: 'redeploy',
      redeployOf: first.id,
      branch: 'main',
      force: true,
    })
    await until(again.deploymentId, 'finished')

    const { images } = readBody(await get(`rollback-images/${environmentId}/${appId}`), RollbackImageList)
    const tag = images[0]?.tag ?? ''
    const back = readBody(await post('rollback', { environmentId, appId, tag }), DeploymentAccepted, 202)
    const done = await until(back.deploymentId, 'finished')
    expect(done.metadata).toMatchObject({ kind: 'rollback', rollbackTag: tag, branch: null })
    const deployments = await ofApp()
    expect(deployments.map(({ rollback, force }) => ({ rollback, force }))).toEqual([
      { rollback: false, force: false },
      { rollback: false, force: true },
      { rollback: true, force: false },
    ])
    const list = readBody(await get(`list/${environmentId}?limit=2`), DeploymentList)
    expect(list.deployments.map(({ id }) => id)).toEqual([back.deploymentId, again.deploymentId])
    const before = list.deployments.at(-1)?.createdAt
    const rest = readBody(await get(`list/${environmentId}?before=${before}`), DeploymentList)
    expect(rest.deployments.map(({ id }) => id)).toEqual([first.id])
  })

  it('is limited to six a minute and user', async () => {
    const { post, environmentId, appId } = server()
    const body = { environmentId, appId, allowUnpushed: true }
    for (let count = 0; count < 6; count++) await post('deploy', body)
    const refused = await post('deploy', body)
    expectProblem(refused, 'rate_limited', 429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('whose applications and deployments are whose', () => {
  it('refuses an application of another repository, and one that is not there', async () => {
    const { post, environmentId, coolify } = server()
    const other = await coolify.addApplication('https://github.com/owner/other', 'main')
    const body = { environmentId, appId: other, allowUnpushed: true }
    expectProblem(await post('deploy', body), 'application_not_of_environment', 409)
    expectProblem(
      await post('rollback', { environmentId, appId: other, tag: 'x' }),
      'application_not_of_environment',
      409,
    )
    expectProblem(await post('deploy', { ...body, appId: 'c'.repeat(24) }), 'not_found', 404)
    expectProblem(await post('deploy', { ...body, appId: '../servers' }), 'validation_failed', 400)
  })

  it('refuses an environment without a repository', async () => {
    const { post, appId, user } = server()
    const environmentId = await createEnvironmentRow(server(), user.id)
    expectProblem(await post('deploy', { environmentId, appId, allowUnpushed: true }), 'no_repository', 409)
  })

  it('shows nothing to a stranger', async () => {
    const { deploy, post, get, environmentId, appId, user } = server()
    const { id } = await deploy()
    const stranger = await signIn(server())
    server().user = stranger
    for (const path of [`status/${id}`, `logs/${id}`, `list/${environmentId}`, `check/${environmentId}`]) {
      expectProblem(await get(path), 'not_found', 404)
    }
    for (const path of [`cancel/${id}`, `redeploy/${id}`]) expectProblem(await post(path), 'not_found', 404)
    expectProblem(await post('deploy', { environmentId, appId }), 'not_found', 404)
    server().user = user
  })

  it('lists all applications, and those of an environment', async () => {
    const { get, environmentId, appId, coolify } = server()
    const other = await coolify.addApplication('git@github.com:owner/other.git', 'main')
    const all = readBody(await get('applications'), ApplicationList).applications.map(({ id }) => id)
    expect(all).toEqual(expect.arrayContaining([appId, other]))
    const answer = await get(`applications?environmentId=${environmentId}`)
    const own = readBody(answer, ApplicationList).applications
    expect(own.map(({ id }) => id)).toContain(appId)
    expect(own.map(({ id }) => id)).not.toContain(other)
    // Coolify's own object holds secrets.
    expect(answer.body).not.toMatch(/secret|password/)
  })
})

describe('a new application', () => {
  it.each([
    ['public', repositoryUrl],
    ['github_app', 'owner/project'],
    ['deploy_key', 'git@github.com:owner/project.git'],
  ] as const)('is made through %s and can be deployed', async (kind, repository) => {
    const { get, post, environmentId, deploy, until, coolify } = server()
    const world = await coolify.look()
    const choices = readBody(await get('choices'), ApplicationChoices)
    const [serverId, projectId] = [choices.servers[0]?.id ?? '', choices.projects[0]?.id ?? '']
    const sources = {
      public: { kind: 'public' },
      github_app: { kind: 'github_app', githubAppId: choices.githubApps[0]?.id },
      deploy_key: { kind: 'deploy_key', privateKeyId: choices.privateKeys[0]?.id },
    }
    const { projectEnvironments } = readBody(await get(`choices/projects/${projectId}`), ProjectEnvironmentList)
    const { destinations } = readBody(await get(`choices/servers/${serverId}`), DestinationList)
    const body = {
      environmentId,
      name: 'made here',
      source: sources[kind],
      serverId,
      destinationId: destinations[0]?.id,
      projectId,
      projectEnvironmentId: projectEnvironments[0]?.id,
      port: 8080,
    }
    const made = readBody(await post('applications', body), Application, 201)
    expect(made).toMatchObject({ name: 'made here', repository, branch: 'main', buildPack: 'nixpacks' })
    const after = await coolify.look()
    expect(after.deployments.length).toBe(world.deployments.length)
    expect(after.applications.at(-1)).toMatchObject({ isAutoDeployEnabled: false, portsExposes: '8080' })
    expect(await audit()).toContain('application.create done')
    await until((await deploy({ appId: made.id })).id, 'finished')
  })

  it('that Coolify refuses is refused with its words', async () => {
    const { post, environmentId } = server()
    const missing = 'c'.repeat(24)
    const ids = { serverId: missing, projectId: missing, projectEnvironmentId: missing }
    const answer = await post('applications', { environmentId, source: { kind: 'public' }, ...ids })
    expect([404, 422]).toContain(answer.statusCode)
    expect(Problem.parse(answer.json()).detail).toMatch(/Coolify/)
  })
})

it('tells whether it is connected', async () => {
  const { get, coolify } = server()
  const connected = readBody(await get('connection'), DeploymentConnection)
  expect(connected).toEqual({ state: 'connected', url: coolify.url, version: '4.3.11', reason: null })
})

it('counts deployments by status', async () => {
  const { body } = await server().app.inject({ url: '/metrics', headers: { host: 'localhost' } })
  expect(body).toMatch(/^craftastic_deployments\{status="finished"\} [1-9]\d*$/m)
})

describe('without a Coolify', () => {
  const bare = useTestApp()

  it('what is past its time is given up once an hour', async () => {
    const user = await signIn(bare())
    const environmentId = await createEnvironmentRow(bare(), user.id)
    const { db } = bare().database
    const of = { environment_id: environmentId, app_id: 'app', status: 'in_progress', coolify_deployment_id: 'c1' }
    const late = { ...of, sent_at: new Date(Date.now() - 2.1 * 3_600_000) }
    await db
      .insertInto('deployments')
      .values([late, { ...of, sent_at: new Date() }])
      .execute()
    await bare().domain.jobs.delete_old_records({}, new AbortController().signal)
    const rows = db.selectFrom('deployments').select('status').where('environment_id', '=', environmentId)
    expect((await rows.orderBy('sent_at').execute()).map(({ status }) => status)).toEqual(['failed', 'in_progress'])
  })

  it('nothing can be deployed, and what was can be read', async () => {
    const user = await signIn(bare())
    const environmentId = await createEnvironmentRow(bare(), user.id, { repository_url: repositoryUrl })
    const { db } = bare().database
    const { id } = await db
      .insertInto('deployments')
      .values({ environment_id: environmentId, app_id: 'app', status: 'finished' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const ask = (method: 'GET' | 'POST', path: string, payload?: object) =>
      bare().app.inject({ method, url: `/api/deployment/${path}`, headers: user.headers, ...(payload && { payload }) })
    const missing = [
      await ask('POST', 'deploy', { environmentId, appId: 'app' }),
      await ask('POST', 'rollback', { environmentId, appId: 'app', tag: 'x' }),
      await ask('POST', `redeploy/${id}`, {}),
      await ask('GET', 'applications'),
      await ask('GET', 'choices'),
    ]
    for (const answer of missing) expectProblem(answer, 'deployment_not_configured', 501)
    expect((await ask('GET', 'connection')).json()).toMatchObject({ state: 'not_configured' })
    expect((await ask('GET', `status/${id}`)).json()).toMatchObject({ id, status: 'finished' })
    expect(readBody(await ask('GET', `list/${environmentId}`), DeploymentList).deployments).toHaveLength(1)
    expect((await ask('GET', `logs/${id}`)).json()).toMatchObject({ lines: [] })
  })
})
