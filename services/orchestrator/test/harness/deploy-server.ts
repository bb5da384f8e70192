/**
 * The server with its jobs and its poller, beside a Coolify of the tests, without an engine. Time runs twenty times
 * faster. What is asked of Coolify or answered by it outside of its contract fails the file.
 */
import {
  Deployment,
  DeploymentAccepted,
  DeploymentLog,
  type DeploymentStatus,
  type DeployRequest,
} from '@craftastic/contract'
import { startFakeCoolify, type FakeCoolify, type FakeCoolifyState } from '@craftastic/testing/fake-coolify'
import type { LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { startJobRunner } from '../../src/jobs/runner.ts'
import { createEnvironmentRow, signIn, type SignedInUser } from './builders.ts'
import { readBody } from './http.ts'
import { buildTestApp, type TestApp } from './test-app.ts'

export const repositoryUrl = 'https://github.com/owner/project'
const haste = 20
const coolifyTiming = { refusedMs: 60_000 / haste, lookAgainMs: [0, 100, 250] }

/** As it is before each test. What earlier ones left waiting fills no queue. */
const friendly = {
  refuseToken: null,
  apiOff: false,
  throttle: null,
  queueLimit: 1000,
  denyDeploy: false,
  cancelFails: false,
  losesDeploys: false,
  activeAsObject: false,
  abilities: ['read', 'read:sensitive', 'write', 'deploy'],
}

export interface DeployServer extends TestApp {
  coolify: FakeCoolify
  /** All that was logged. */
  readonly logged: string
  /** New for each test, as are the next two. */
  user: SignedInUser
  /** Of `repositoryUrl`, on the branch `main`; it does not run. */
  environmentId: string
  /** Builds `main` of `repositoryUrl`. */
  appId: string
  post(path: string, body?: object, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  get(path: string): Promise<LightMyRequestResponse>
  /** Of the environment and the application of the test. */
  deploy(more?: Partial<DeployRequest>): Promise<Deployment>
  look(deploymentId: string): Promise<Deployment>
  /** What Coolify has of the application of the test, oldest first. */
  ofApp(): Promise<FakeCoolifyState['deployments']>
  readLog(deploymentId: string, after?: number): Promise<DeploymentLog>
  /** Once the status is this one. */
  until(deploymentId: string, status: DeploymentStatus): Promise<Deployment>
  /** Once it has ended and its last lines are here. */
  untilComplete(deploymentId: string): Promise<DeploymentLog>
}

export function useDeployServer(): () => DeployServer {
  let server: DeployServer | undefined
  let close = async () => {}
  const get = () => {
    if (server === undefined) throw new Error('The server is started before the first test, not before that')
    return server
  }

  beforeAll(async () => {
    const coolify = await startFakeCoolify()
    let logged = ''
    const log = pino({ level: 'debug' }, { write: (line: string) => void (logged += line) })
    const env = {
      COOLIFY_API_URL: coolify.url,
      COOLIFY_API_TOKEN: coolify.token,
      DOCKER_HOST: '/nonexistent/docker.sock',
    }
    const built = await buildTestApp({ env, log, deploymentHaste: haste, coolifyTiming })
    const { db, pool, url: databaseUrl } = built.database
    const runner = await startJobRunner({ ...built.domain, databaseUrl, db, pool, concurrency: 2, log })
    const stopBackground = built.domain.startBackground()

    const headers = () => get().user.headers
    const post: DeployServer['post'] = (path, payload = {}, more = {}) =>
      built.app.inject({ method: 'POST', url: `/api/deployment/${path}`, headers: { ...headers(), ...more }, payload })
    const read: DeployServer['get'] = (path) => built.app.inject({ url: `/api/deployment/${path}`, headers: headers() })
    const look = async (deploymentId: string) => readBody(await read(`status/${deploymentId}`), Deployment)
    const readLog = async (deploymentId: string, after = 0) =>
      readBody(await read(`logs/${deploymentId}?after=${after}`), DeploymentLog)
    server = {
      ...built,
      coolify,
      get logged() {
        return logged
      },
      user: await signIn(built),
      environmentId: '',
      appId: '',
      post,
      get: read,
      look,
      ofApp: async () => (await coolify.look()).deployments.filter(({ appUuid }) => appUuid === get().appId),
      readLog,
      deploy: async (more = {}) => {
        const { environmentId, appId } = get()
        const body = { environmentId, appId, allowUnpushed: true, ...more }
        return readBody(await post('deploy', body), DeploymentAccepted, 202).deployment
      },
      until: async (deploymentId, status) => {
        await expect.poll(async () => (await look(deploymentId)).status).toBe(status)
        return look(deploymentId)
      },
      untilComplete: async (deploymentId) => {
        await expect.poll(async () => (await readLog(deploymentId)).complete).toBe(true)
        return readLog(deploymentId)
      },
    }
    close = async () => {
      await stopBackground()
      await runner.stop()
      await built.close()
      const { violations } = await coolify.look()
      await coolify.close()
      expect(violations).toEqual([])
      // The token, with and without the number in front of it.
      expect(logged).not.toContain(coolify.token.split('|')[1])
    }
  })
  afterAll(() => close())

  beforeEach(async () => {
    const now = get()
    now.user = await signIn(now)
    now.environmentId = await createEnvironmentRow(now, now.user.id, { repository_url: repositoryUrl })
    now.appId = await now.coolify.addApplication(repositoryUrl, 'main')
    await now.coolify.switch(friendly)
    await now.coolify.live({ hold: null, outcome: 'finished', lines: ['Cloning.', 'Building.', 'Done.'] })
  })
  return get
}
