/**
 * The whole server in this process on a real container engine: app, jobs and a listening port, with a Git server beside
 * it. Everything carries a label of its own; a file that leaves something behind fails.
 */
import { ApiClient } from '@craftastic/testing/api-client'
import { engineVariables, newInstanceId } from '@craftastic/testing/engine-environment'
import { listLeftovers, removeLeftovers } from '@craftastic/testing/engine-leftovers'
import { hostAddress, startGitServer, type GitServer, type GitServerOptions } from '@craftastic/testing/git-server'
import { pino } from 'pino'
import { afterAll, beforeAll, describe } from 'vitest'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startJobRunner } from '../../src/jobs/runner.ts'
import { makePinnedCertificate } from '../../src/services/pinned-certificate.ts'
import { createUser, testPassword } from './builders.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

const skipped = process.env.SKIP_ENGINE === '1'

/** `describe` for what needs the engine; left out only when SKIP_ENGINE=1 says so. */
export const describeOnEngine = describe.skipIf(skipped)

export interface EngineServer extends TestApp {
  baseUrl: string
  instanceId: string
  git: GitServer
  /** A new user's client. */
  signInNew(): Promise<ApiClient>
}

export type EngineServerOptions = {
  env?: Record<string, string>
  cloneStallSeconds?: number
  git?: Pick<GitServerOptions, 'preReceive'> & {
    /** Served with https, whose certificate this process then trusts. */
    isSecure?: boolean
  }
  /** Takes the log, all of it. */
  onLog?: (line: string) => void
} & Pick<TestAppOptions, 'wrapRuntime' | 'sessionWatch' | 'orphanedClients' | 'recordings' | 'gitWatchMs'>

/** Started before the tests of a file, closed after them. Answers how to get at it. */
export function useEngineServer(options: EngineServerOptions = {}): () => EngineServer {
  let server: EngineServer | undefined
  let close = async () => {}

  beforeAll(async () => {
    if (skipped) return
    const instanceId = newInstanceId()
    const git = await startGitServer(gitServerOptions(options.git))
    const { onLog } = options
    const log =
      onLog === undefined
        ? pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })
        : pino({ level: 'trace' }, { write: onLog })
    const built = await buildTestApp({
      ...options,
      log,
      env: {
        INSTANCE_ID: instanceId,
        GIT_ALLOWED_HOSTS: git.origin,
        SANDBOX_CPU_LIMIT: '2',
        ...engineVariables(),
        ...options.env,
      },
    })
    const { db, pool, url: databaseUrl } = built.database
    const runner = await startJobRunner({ ...built.domain, databaseUrl, db, pool, concurrency: 4, log })
    const baseUrl = await built.app.listen({ host: '127.0.0.1', port: 0 })
    const stopBackground = built.domain.startBackground()
    const signInNew = async () => {
      const { email } = await createUser(built)
      return ApiClient.signIn(baseUrl, { email, password: testPassword })
    }
    server = { ...built, baseUrl, instanceId, git, signInNew }
    close = async () => {
      await stopBackground()
      await runner.stop()
      await built.close()
      await git.close()
      const leftovers = await listLeftovers(instanceId)
      await removeLeftovers(instanceId)
      if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(', ')}`)
    }
  }, 60_000)
  afterAll(() => close(), 60_000)

  return () => {
    if (server === undefined) throw new Error('The server is started before the first test, not before that')
    return server
  }
}

/** Those of the tests take each other's place: they all have the same name, and one of them would be taken for another. */
const usualCertificates = getCACertificates('default')

function gitServerOptions({ isSecure = false, ...options }: EngineServerOptions['git'] = {}): GitServerOptions {
  if (!isSecure) return options
  const { certificate, privateKey } = makePinnedCertificate(hostAddress())
  setDefaultCACertificates([...usualCertificates, certificate])
  return { ...options, tls: { cert: certificate, key: privateKey } }
}
