/** Two users: what is one's is absent for the other, on every route there is. */
import { randomUUID } from 'node:crypto'
import { EnvironmentList, KeptWorkList, Problem, Recording, SessionShare } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createUser, testPassword } from '../harness/builders.ts'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openGitRepository } from '../harness/git-repository.ts'

/** Routes that name nothing that could be somebody else's. */
const aboutOneself = new Set([
  'GET /api/auth/me',
  'GET /api/events',
  'GET /api/kept-work',
  'GET /api/shared-sessions',
  'GET /api/git/credentials',
  'PUT /api/git/credentials/:host',
  'DELETE /api/git/credentials/:host',
  'POST /api/git/credentials/github/device',
  // Whose is a question of its query: test/legacy-containers.test.ts.
  'GET /api/containers/list',
  // Of the Coolify of this installation.
  'GET /api/deployment/connection',
  'GET /api/deployment/applications',
  'GET /api/deployment/choices',
  'GET /api/deployment/choices/projects/:projectId',
  'GET /api/deployment/choices/servers/:serverId',
])

/** A body that passes the schema, for the routes that take one. */
const bodies: Record<string, (owned: Owned) => object> = {
  'POST /api/sessions': ({ environmentId }) => ({ environmentId }),
  'PATCH /api/sessions/:sessionId': () => ({ name: 'taken over' }),
  'POST /api/sessions/:sessionId/shares': () => ({ email: 'stranger@example.org', mode: 'edit' }),
  'PATCH /api/environments/:environmentId': () => ({ name: 'taken over' }),
  'POST /api/git/commit': ({ environmentId }) => ({ environmentId, message: 'planted' }),
  'POST /api/git/discard': ({ environmentId }) => ({ environmentId, files: ['a'] }),
  'POST /api/git/discards/restore': ({ environmentId }) => ({ environmentId, discard: 'a'.repeat(40) }),
  'POST /api/git/checkout': ({ environmentId }) => ({ environmentId, branch: 'taken' }),
  'POST /api/git/operation': ({ environmentId }) => ({ environmentId, action: 'abort' }),
  'POST /api/git/stash/use': ({ environmentId }) => ({ environmentId, stash: 'a'.repeat(40), action: 'drop' }),
  ...Object.fromEntries(
    ['push', 'pull', 'fetch', 'stage', 'unstage', 'stash', 'watch'].map((verb) => [
      `POST /api/git/${verb}`,
      ({ environmentId }: Owned) => ({ environmentId }),
    ]),
  ),
  'POST /api/environments': ({ userId }) => ({ name: 'planted', userId }),
  'POST /api/containers/create': ({ userId }) => ({ userId }),
  'POST /api/deployment/deploy': ({ environmentId }) => ({ environmentId, appId: 'app' }),
  'POST /api/deployment/redeploy/:deploymentId': () => ({}),
  'POST /api/deployment/rollback': ({ environmentId }) => ({ environmentId, appId: 'app', tag: 'tag' }),
  'POST /api/deployment/applications': ({ environmentId }) => ({
    environmentId,
    source: { kind: 'public' },
    serverId: 'server',
    projectId: 'project',
    projectEnvironmentId: 'environment',
  }),
}

/** What is not answered with 404, because it names no thing but a right. */
const otherAnswers: Record<string, number> = { 'POST /api/environments': 403, 'POST /api/containers/create': 403 }

/** All that somebody is answered with whom a session is shared, beside its terminal. */
const sharedAnswers: Record<string, number> = { 'GET /api/sessions/:sessionId/history': 200 }

type Owned = {
  userId: string
  environmentId: string
  sessionId: string
  containerId: string
  operationId: string
  fileName: string
  flowId: string
  keptWorkId: string
  deploymentId: string
  appId: string
  shareId: string
}

describeOnEngine('two users', () => {
  // Nothing answers there: whose something is, is decided before Coolify is asked.
  const env = { COOLIFY_API_URL: 'http://127.0.0.1:1', COOLIFY_API_TOKEN: '1|the-token-of-a-test' }
  const server = useEngineServer({ env })
  let owner: ApiClient
  let owned: Owned
  beforeAll(async () => {
    owner = await server().signInNew()
    const environment = await owner.createEnvironment({ name: 'mine' })
    await openGitRepository(owner, environment.id).reset()
    const session = await owner.createSession({ environmentId: environment.id, branch: 'mine' })
    owned = {
      userId: environment.userId,
      environmentId: environment.id,
      sessionId: session.id,
      containerId: environment.containerId ?? '',
      operationId: environment.operation?.id ?? '',
      fileName: (await owner.expect(201, Recording, 'POST', `/api/sessions/${session.id}/recording`)).fileName,
      // Without GitHub there is none: test/git-device-flow.test.ts has one of somebody else.
      flowId: randomUUID(),
      keptWorkId: await keepWork(),
      deploymentId: await insertDeployment(environment.id),
      appId: 'app',
      shareId: (await share((await createUser(server())).email, session.id)).id,
    }
  })
  afterAll(() => owner.removeEnvironment(owned.environmentId))

  /** Of an environment that was deleted with a file in it. Answers its id. */
  const keepWork = async () => {
    const { id } = await owner.createEnvironment({ name: 'mine before' })
    await inContainer(id, 'touch', '/workspace/mine')
    await owner.deleteEnvironment(id)
    const { keptWork } = await owner.expect(200, KeptWorkList, 'GET', '/api/kept-work')
    return keptWork[0]?.id ?? ''
  }

  const share = (email: string, sessionId: string) => {
    const path = `/api/sessions/${sessionId}/shares`
    return owner.expect(201, SessionShare, 'POST', path, { body: { email, mode: 'edit' } })
  }

  const insertDeployment = async (environmentId: string): Promise<string> => {
    const values = { environment_id: environmentId, app_id: 'app', status: 'finished', log_reads_left: 0 }
    const insert = server().database.db.insertInto('deployments').values(values)
    return (await insert.returning('id').executeTakeFirstOrThrow()).id
  }

  const fill = (url: string) => url.replace(/:(\w+)/g, (_, name: string) => owned[name as keyof Owned])

  it.each(['member', 'admin'] as const)(
    "a %s cannot see, open, change or delete what is somebody else's",
    async (role) => {
      const { email } = await createUser(server(), { role })
      const stranger = await ApiClient.signIn(server().baseUrl, { email, password: testPassword })
      // Admins may create for others.
      await walkRoutes(stranger, role === 'admin' ? null : otherAnswers)
      await expect(openTerminal(terminalOf(stranger, owned.sessionId))).rejects.toThrow(/404/)
    },
  )

  it('somebody who may type in one session can do nothing else in its environment', async () => {
    const { email } = await createUser(server())
    const guest = await ApiClient.signIn(server().baseUrl, { email, password: testPassword })
    await share(email, owned.sessionId)
    await walkRoutes(guest, { ...otherAnswers, ...sharedAnswers })
    const sibling = await owner.createSession({ environmentId: owned.environmentId })
    await expect(openTerminal(terminalOf(guest, sibling.id))).rejects.toThrow(/404/)
    expect((await guest.request('GET', `/api/sessions/${sibling.id}/history`)).status).toBe(404)
    await owner.request('DELETE', `/api/sessions/${sibling.id}`)
    const terminal = await openTerminal(terminalOf(guest, owned.sessionId))
    await terminal.waitFor(/\$/)
    await terminal.close()
  })

  const terminalOf = ({ accessToken }: ApiClient, sessionId: string) => {
    return { baseUrl: server().baseUrl, accessToken: accessToken ?? '', sessionId }
  }

  /** Asks every route for what is the owner's: it answers 404, or what `others` says; those are left out when it is null. */
  const walkRoutes = async (caller: ApiClient, others: Record<string, number> | null) => {
    const routes = server()
      .routes.flatMap(({ methods, url, access }) =>
        methods.map((method) => ({ method, url, access, key: `${method} ${url}` })),
      )
      .filter(({ method, access, key }) => access === 'signedIn' && method !== 'HEAD' && !aboutOneself.has(key))
    expect(routes.length).toBeGreaterThan(12)

    for (const { method, url, key } of routes) {
      if (others === null && key in otherAnswers) continue
      const isKnown = /:|sessions$|environments$|create$|\/git\/|\/deployment\//.test(url)
      expect(isKnown, `${key} needs a rule in this test`).toBe(true)
      const body = bodies[key]?.(owned)
      const answer = await caller.request(method, fill(url), { ...(body === undefined ? {} : { body }) })
      const expected = others?.[key] ?? 404
      expect(answer.status, `${key}: ${JSON.stringify(answer.body)}`).toBe(expected)
      // Without an upgrade there is no terminal, for whoever may open it.
      if (expected === 200 || answer.body === '') continue
      expect(Problem.parse(answer.body).detail).not.toContain('mine')
    }
  }

  it('does not bring back what is kept for the other', async () => {
    const stranger = await server().signInNew()
    const body = { name: 'taken', keptWorkId: owned.keptWorkId }
    expect((await stranger.request('POST', '/api/environments', { body })).status).toBe(404)
    expect((await stranger.request('GET', '/api/kept-work')).body).toEqual({ keptWork: [] })
    expect((await owner.request('GET', '/api/kept-work')).body).toMatchObject({ keptWork: [{ id: owned.keptWorkId }] })
  })

  it("cannot see a worktree through an environment of one's own", async () => {
    const stranger = await server().signInNew()
    const { id } = await stranger.createEnvironment({ name: 'own' })
    const { status, post, get } = openGitRepository(stranger, id)
    expect(await status()).toMatchObject({ repository: false })
    for (const what of ['status', 'diff', 'log', 'branches', 'stashes', 'discards']) {
      expect((await get(what, `?sessionId=${owned.sessionId}`)).status, what).toBe(404)
    }
    expect((await post('stage', { sessionId: owned.sessionId })).status).toBe(404)
    await stranger.removeEnvironment(id)
  })

  it('finds everything as it was afterwards', async () => {
    const { environments } = await owner.expect(200, EnvironmentList, 'GET', `/api/environments/user/${owned.userId}`)
    expect(environments).toMatchObject([
      {
        id: owned.environmentId,
        name: 'mine',
        status: 'running',
        sessions: [{ id: owned.sessionId, name: null, status: 'inactive' }],
      },
    ])
  })

  it('hears nothing of what happens to the other', async () => {
    const stranger = await server().signInNew()
    const controller = new AbortController()
    const response = await fetch(`${server().baseUrl}/api/events`, {
      headers: { authorization: `Bearer ${stranger.accessToken}` },
      signal: controller.signal,
    })
    const session = await owner.createSession({ environmentId: owned.environmentId })
    await owner.request('DELETE', `/api/sessions/${session.id}`)
    const own = await stranger.request('POST', '/api/environments', { body: { name: 'own' } })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"name":"own"')) text += (await reader?.read())?.value ?? ''
    controller.abort()
    expect(text).not.toContain(owned.environmentId)
    const { id } = own.body as { id: string }
    await stranger.removeEnvironment(id)
  })
})
