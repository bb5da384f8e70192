/**
 * What Git in an environment may reach through the server: the environment's own repository over smart HTTP, and nothing
 * else. The token of the environment's owner is added here, on the way out; what comes back holds no trace of it. Both
 * directions stream.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, pipeline, type Transform } from 'node:stream'
import { refuse, type GitProxyClient, type GitProxyHandler } from '../services/git-proxy-server.ts'
import {
  projectAnswerHeaders,
  projectRequestHeaders,
  readGitRequest,
  type GitRequest,
} from '../services/git-requests.ts'
import { openUpstream } from '../services/git-upstream.ts'
import type { Database } from './database.ts'
import type { GitCredentials, OpenedGitCredential } from './git-credentials.ts'
import { checkRepositoryUrl, isNamedHost, type GitHosts } from './git-hosts.ts'
import { explainRefusal } from './git-proxy-words.ts'
import { readHostWords } from './host-words.ts'
import type { Log } from './log.ts'
import { beginPushAudit, type PushAudit } from './push-audit.ts'

export type GitProxyOptions = {
  db: Database
  gitHosts: GitHosts
  gitCredentials: Pick<GitCredentials, 'openGitCredential' | 'markGitCredentialUsed'>
  log: Log
}

/** One request on its way. */
type Passage = {
  environmentId: string
  asked: GitRequest
  credential: OpenedGitCredential | null
  request: IncomingMessage
  response: ServerResponse
  push: PushAudit | null
}

/** How hosts want a token to be shown when its owner gave no user name; most take any. */
const usernameByHost: Record<string, string> = { 'bitbucket.org': 'x-token-auth' }
const anyUsername = 'x-access-token'

export function createGitProxy({ db, gitHosts, gitCredentials, log }: GitProxyOptions): GitProxyHandler {
  return (client, url, request, response) => {
    answer(client, url, request, response).catch((error: unknown) => {
      log.warn({ err: error, environmentId: client.environmentId }, 'a request of git could not be passed on')
      refuse(response, 'Craftastic could not pass this on. Try again in a moment.', 502)
    })
  }

  async function answer(
    client: GitProxyClient,
    url: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const environment = await findEnvironment(client.environmentId)
    if (environment === null) return refuse(response, 'This environment has no repository that is reached here.')
    const { userId, repositoryUrl } = environment
    const asked = readGitRequest(request.method ?? '', url, repositoryUrl)
    if (asked === null) return refuse(response, `Only ${repositoryUrl} is reached here, with Git's smart HTTP.`)
    const allowed = checkRepositoryUrl(repositoryUrl, gitHosts)
    if ('refused' in allowed) return refuse(response, `${repositoryUrl} ${allowed.refused}.`)
    const isPush = asked.service === 'git-receive-pack' && asked.phase === 'exchange'
    if (isPush && request.headers['content-encoding'] !== undefined) {
      return refuse(response, 'A push must not be compressed as a whole.', 415)
    }
    const credential = await gitCredentials.openGitCredential(userId, asked.url)
    const { environmentId } = client
    const push = isPush ? beginPushAudit({ userId, environmentId, target: repositoryUrl, db }) : null
    if (request.destroyed || response.destroyed) return
    pass({ environmentId, asked, credential, request, response, push })
  }

  async function findEnvironment(environmentId: string): Promise<{ userId: string; repositoryUrl: string } | null> {
    const row = await db
      .selectFrom('environments')
      .innerJoin('users', 'users.id', 'environments.user_id')
      .select(['environments.user_id', 'environments.repository_url'])
      .where('environments.id', '=', environmentId)
      .where('users.disabled_at', 'is', null)
      .executeTakeFirst()
    if (row === undefined || row.repository_url === null) return null
    return { userId: row.user_id, repositoryUrl: row.repository_url }
  }

  /** What happens from here on is told to Git, or is the end of its connection. */
  function pass(passage: Passage): void {
    const { asked, credential, request, response, push, environmentId } = passage
    const headers = projectRequestHeaders(request.headers, asked)
    if (credential !== null) headers.authorization = authorizationOf(credential, asked.url)
    const { method = 'GET' } = request
    const upstream = openUpstream({ url: asked.url, method, headers, isNamedHost: isNamedHost(asked.url, gitHosts) })
    let status: number | null = null
    let isSettled = false
    const settle = (isComplete: boolean) => {
      if (isSettled) return
      isSettled = true
      upstream.destroy()
      push?.settle(status, isComplete).catch((error: unknown) => {
        log.error({ err: error, environmentId }, 'the end of a push could not be written down')
      })
    }

    response.once('close', () => settle(false))
    upstream.on('error', (error) => {
      if (isSettled) return
      log.debug({ err: error, environmentId, host: asked.url.host }, 'a git host does not answer')
      refuse(response, `${asked.url.host} does not answer. Try again in a moment.`, 502)
      settle(false)
    })
    upstream.once('response', (incoming) => {
      status = incoming.statusCode ?? 0
      const isGood = status === 200 && incoming.headers['content-type'] === asked.answerType
      if (!isGood) return void refuseInWords(passage, incoming, status).finally(() => settle(true))
      if (credential !== null) markUsed(credential)
      response.writeHead(200, projectAnswerHeaders(incoming.headers))
      const tap: Transform = push?.answer ?? new PassThrough()
      pipeline(incoming, tap, response, (error) => settle(!(error instanceof Error)))
    })
    if (method === 'GET') return void upstream.end()
    const body = push === null ? request : request.pipe(push.request)
    body.on('error', (error) => {
      log.debug({ err: error, environmentId }, 'a push could not be passed on')
      refuse(response, 'Craftastic could not read or write down this push.', 502)
      settle(false)
    })
    body.pipe(upstream)
  }

  async function refuseInWords({ asked, credential, response }: Passage, incoming: IncomingMessage, status: number) {
    const secrets = credential === null ? [] : [credential.token, authorizationOf(credential, asked.url).slice(6)]
    const hostWords = await readHostWords(incoming, secrets)
    const refusal = explainRefusal({ status, url: asked.url, credential, hostWords })
    refuse(response, refusal.words, refusal.status)
  }

  function markUsed({ id }: OpenedGitCredential): void {
    gitCredentials.markGitCredentialUsed(id).catch((error: unknown) => {
      log.warn({ err: error }, 'the use of a token could not be written down')
    })
  }
}

function authorizationOf({ username, token }: OpenedGitCredential, { host }: URL): string {
  const name = username ?? usernameByHost[host] ?? anyUsername
  return `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`
}
