/** Applications in Coolify: making one that deploys only when it is told to, and changing what it builds. */
import { describe, expect, it } from 'vitest'
import type { CoolifySource, NewCoolifyApplication } from '../src/services/coolify-client.ts'
import { useFakeCoolify } from './harness/coolify.ts'

const { coolify, connect, newApp, asked } = useFakeCoolify()

const input = async (rest: Partial<NewCoolifyApplication> = {}): Promise<NewCoolifyApplication> => {
  const { projectUuid, serverUuid, environments } = await coolify().look()
  return {
    projectUuid,
    serverUuid,
    environment: { uuid: environments[0]?.uuid ?? '' },
    gitRepository: 'https://github.com/acme/app',
    gitBranch: 'main',
    buildPack: 'nixpacks',
    portsExposes: '3000',
    ...rest,
  }
}
const appOf = async (uuid: string) => (await coolify().look()).applications.find((app) => app.uuid === uuid)

describe('what there is to choose from', () => {
  it('is listed', async () => {
    const { serverUuid, projectUuid, githubAppUuid, privateKeyUuid } = await coolify().look()
    const client = connect()
    await expect(client.listServers()).resolves.toMatchObject([{ uuid: serverUuid, isUsable: true }])
    await expect(client.listDestinations(serverUuid)).resolves.toMatchObject([{ name: 'network-0' }])
    await expect(client.listProjects()).resolves.toMatchObject([{ uuid: projectUuid, name: 'Website' }])
    await expect(client.listEnvironments(projectUuid)).resolves.toMatchObject([{ name: 'production' }])
    await expect(client.listGithubApps()).resolves.toMatchObject([{ uuid: githubAppUuid }])
    await expect(client.listPrivateKeys()).resolves.toMatchObject([{ uuid: privateKeyUuid, name: 'deploy' }])
  })
})

describe('a new application', () => {
  it.each(['public', 'github-app', 'deploy-key'] as const)(
    'from %s is not deployed by pushes, nor now',
    async (kind) => {
      const { githubAppUuid, privateKeyUuid } = await coolify().look()
      const sources: Record<typeof kind, CoolifySource> = {
        public: { kind: 'public' },
        'github-app': { kind: 'github-app', githubAppUuid },
        'deploy-key': { kind: 'deploy-key', privateKeyUuid },
      }
      const client = connect()
      const { uuid, domains } = await client.createApplication(sources[kind], await input({ name: 'shop' }))
      expect(domains).toEqual([])
      await expect(appOf(uuid)).resolves.toMatchObject({
        name: 'shop',
        isAutoDeployEnabled: false,
        gitCommitSha: 'HEAD',
      })
      await expect(client.listAppDeployments(uuid)).resolves.toMatchObject({ count: 0 })
      await expect(client.getApplication(uuid)).resolves.toMatchObject({ gitBranch: 'main', pinnedCommit: null })
    },
  )

  it('finds its environment by name as well', async () => {
    const { uuid } = await connect().createApplication(
      { kind: 'public' },
      await input({ environment: { name: 'production' } }),
    )
    await expect(connect().listApplications()).resolves.toMatchObject([{ uuid }])
  })

  it('needs a destination where the server has several', async () => {
    await coolify().addDestination()
    const { destinationUuids } = await coolify().look()
    const client = connect()
    const error = { code: 'validation', status: 400 }
    await expect(client.createApplication({ kind: 'public' }, await input())).rejects.toMatchObject(error)
    const chosen = await input({ destinationUuid: destinationUuids[1] })
    await expect(client.createApplication({ kind: 'public' }, chosen)).resolves.toMatchObject({ domains: [] })
  })

  it('with a domain that another one has is a conflict, until a person says otherwise', async () => {
    const domains = ['https://shop.example.org']
    const client = connect()
    await client.createApplication({ kind: 'public' }, await input({ name: 'first', domains }))
    await expect(client.createApplication({ kind: 'public' }, await input({ domains }))).rejects.toMatchObject({
      code: 'conflict',
      conflicts: [{ domain: domains[0], resourceName: 'first' }],
      outcomeUnknown: false,
    })
    const anyway = await input({ domains, forceDomainOverride: true })
    await expect(client.createApplication({ kind: 'public' }, anyway)).resolves.toMatchObject({ domains })
  })

  it.each([
    ['a list by field', { gitBranch: 'feat/x+y' }, 'git_branch'],
    ['a text by field', { name: 'x'.repeat(256) }, 'name'],
    ['a plain list', { domains: ['nowhere'] }, '_'],
  ])('of a wrong form is refused with %s', async (_, wrong, field) => {
    const error = await connect()
      .createApplication({ kind: 'public' }, await input(wrong))
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'validation', status: 422, fields: { [field]: [expect.any(String)] } })
  })

  it('whose answer got lost is not asked for again', async () => {
    await coolify().fail({ method: 'POST', path: '/applications', how: 'reset', done: true })
    const made = connect().createApplication({ kind: 'public' }, await input())
    await expect(made).rejects.toMatchObject({ code: 'network', outcomeUnknown: true })
    await expect(asked()).resolves.toEqual(['POST /applications/public'])
    expect((await coolify().look()).applications).toHaveLength(1)
  })
})

describe('a change', () => {
  it('of the branch lets a pinned commit go, which would win over it', async () => {
    const client = connect()
    const pinned = 'a'.repeat(40)
    const { uuid } = await client.createApplication({ kind: 'public' }, await input({ gitCommitSha: pinned }))
    await expect(client.getApplication(uuid)).resolves.toMatchObject({ pinnedCommit: pinned })
    await client.updateApplication(uuid, { gitBranch: 'next' })
    await expect(client.getApplication(uuid)).resolves.toMatchObject({ gitBranch: 'next', pinnedCommit: null })
  })

  it('may pin a commit of another branch', async () => {
    const app = await newApp()
    await connect().updateApplication(app, { gitBranch: 'next', gitCommitSha: 'b'.repeat(40) })
    await expect(connect().getApplication(app)).resolves.toMatchObject({ pinnedCommit: 'b'.repeat(40) })
  })

  it('of nothing asks nothing', async () => {
    const client = connect()
    await client.updateApplication('c1', {})
    await client.upsertEnvs('c1', [])
    await expect(asked()).resolves.toEqual([])
  })

  it('of an application that is gone is not_found', async () => {
    await expect(connect().getApplication('c0')).resolves.toBeNull()
    await expect(connect().updateApplication('c0', { name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('variables', () => {
  it('are set with all their flags, so that none is reset or breaks', async () => {
    const app = await newApp()
    const client = connect()
    await client.upsertEnvs(app, [{ key: 'KEY', value: 'one', isMultiline: true, isShownOnce: true }])
    await client.upsertEnvs(app, [{ key: 'KEY', value: 'two' }])
    const envs = [{ key: 'KEY', value: 'two', isMultiline: false, isShownOnce: false, isLiteral: false }]
    await expect(appOf(app)).resolves.toMatchObject({ envs })
  })

  it('before a wrong one are set', async () => {
    const app = await newApp()
    const variables = [
      { key: 'GOOD', value: '1' },
      { key: 'also.good', value: '2' },
      { key: 'not-good', value: '3' },
      { key: 'TOO_LATE', value: '4' },
    ]
    await expect(connect().upsertEnvs(app, variables)).rejects.toMatchObject({
      code: 'validation',
      fields: { key: ['The key format is invalid.'] },
    })
    await expect(appOf(app)).resolves.toMatchObject({ envs: [{ key: 'GOOD' }, { key: 'also.good' }] })
  })
})

describe('what runs', () => {
  it('has a log of its own, when it runs', async () => {
    await coolify().live({ queuedMs: 0, lineMs: 0 })
    const app = await newApp()
    const client = connect()
    await expect(client.appLogs(app, 100)).resolves.toBeNull()
    await client.deploy(app)
    await expect.poll(async () => (await client.getApplication(app))?.status).toBe('running:healthy')
    await expect(client.appLogs(app, 100_000)).resolves.toContain('listens on port 3000')
    await client.stop(app)
    await expect.poll(async () => (await client.getApplication(app))?.status).toBe('exited:unhealthy')
  })
})
