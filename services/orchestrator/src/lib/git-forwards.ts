/**
 * Keeps the git proxy and the agent of the deploy key within reach of every environment that runs: remote forwards on its
 * SSH connection make sshd listen inside, and what connects there arrives here, from an environment that the connection
 * itself names. Of two servers on one database either may hold them; the other one asks again until they are free. The
 * port decides who holds both: a socket, unlike a port, would be taken from a living server without a word.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import { isSshRepository } from '@craftastic/contract'
import type { GitProxyServer } from '../services/git-proxy-server.ts'
import { gitProxyCertificatePath, gitProxyPort } from '../services/git-settings.ts'
import { agentSocketPath } from '../services/git-ssh.ts'
import { makePinnedCertificate } from '../services/pinned-certificate.ts'
import { SshFailure, type SshConnection } from '../services/ssh.ts'
import type { Database } from './database.ts'
import type { DeployKeyAgent } from './deploy-key-agent.ts'
import type { EnvironmentConnections } from './environment-connections.ts'
import type { EventFeed } from './event-feed.ts'
import type { Log } from './log.ts'

/** Before the next attempt, longer after each failure. */
const delaysMs = [500, 1_000, 2_000, 5_000]
/** A server that has just ended may still hold it for a moment. */
const attempts = 5
const attemptPauseMs = 200

export type GitForwardsOptions = {
  db: Database
  connections: EnvironmentConnections
  feed: Pick<EventFeed, 'subscribe'>
  proxy: GitProxyServer
  agent: DeployKeyAgent
  log: Log
}
export type GitForwards = ReturnType<typeof createGitForwards>

export function createGitForwards({ db, connections, feed, proxy, agent, log }: GitForwardsOptions) {
  const opened = new WeakMap<SshConnection, Promise<void>>()
  const kept = new Map<string, AbortController>()
  let isStarted = false

  const unsubscribe = feed.subscribe(({ event }) => {
    if (event.type !== 'status' || !isStarted) return
    if (event.environment?.status === 'running') keep(event.environmentId)
    else letGo(event.environmentId)
  })

  return {
    /** Resolves when the environment reaches proxy and agent, through this server or, as far as one can tell, another one. */
    async ensureGitForward(environmentId: string): Promise<void> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await openOn(environmentId, await connections.connect(environmentId))
        } catch (error) {
          if (!(error instanceof SshFailure)) throw error
          log.debug({ err: error, environmentId, attempt }, 'no forward for git')
          if (attempt === attempts) return
          await sleep(attemptPauseMs)
        }
      }
    },

    /** From now on, for each environment that runs. */
    async start(): Promise<void> {
      isStarted = true
      const rows = await db.selectFrom('environments').select('id').where('status', '=', 'running').execute()
      for (const { id } of rows) keep(id)
    },

    close(): void {
      isStarted = false
      unsubscribe()
      for (const environmentId of [...kept.keys()]) letGo(environmentId)
    },
  }

  /** One forward for each connection, however often it is asked for. */
  function openOn(environmentId: string, ssh: SshConnection): Promise<void> {
    const known = opened.get(ssh)
    if (known !== undefined) return known
    const attempt = open(environmentId, ssh)
    opened.set(ssh, attempt)
    attempt.catch(() => opened.delete(ssh))
    return attempt
  }

  async function open(environmentId: string, ssh: SshConnection): Promise<void> {
    const { certificate, onStream } = await openEntrance(environmentId)
    const endForward = await ssh.forwardIn(gitProxyPort, onStream)
    try {
      // Only by whoever holds the forward: git trusts the certificate that lies there, and no other.
      if (certificate !== null) await installCertificate(ssh, certificate)
      await openAgent(environmentId, ssh)
    } catch (error) {
      endForward()
      throw error
    }
  }

  async function openEntrance(environmentId: string) {
    const repositoryUrl = await findRepository(environmentId)
    if (repositoryUrl === null || isSshRepository(repositoryUrl)) {
      return { certificate: null, onStream: (stream: Duplex) => void stream.destroy() }
    }
    const { origin, protocol, hostname } = new URL(repositoryUrl)
    const certificate = protocol === 'https:' ? makePinnedCertificate(hostname) : null
    const onStream = proxy.openEntrance({ environmentId, origin }, certificate)
    return { certificate: certificate?.certificate ?? null, onStream }
  }

  async function openAgent(environmentId: string, ssh: SshConnection): Promise<void> {
    try {
      await ssh.forwardInSocket(agentSocketPath, (stream) => agent.take(environmentId, stream))
    } catch (error) {
      // The sshd of a container that an older server made does not allow it; the proxy works all the same.
      if (!(error instanceof SshFailure) || ssh.closed) throw error
      log.debug({ err: error, environmentId }, 'no agent for an environment')
    }
  }

  async function findRepository(environmentId: string): Promise<string | null> {
    const query = db.selectFrom('environments').select('repository_url').where('id', '=', environmentId)
    return (await query.executeTakeFirst())?.repository_url ?? null
  }

  function keep(environmentId: string): void {
    if (kept.has(environmentId)) return
    const ended = new AbortController()
    kept.set(environmentId, ended)
    void hold(environmentId, ended.signal)
  }

  function letGo(environmentId: string): void {
    kept.get(environmentId)?.abort()
    kept.delete(environmentId)
  }

  /** Until `signal` aborts. */
  async function hold(environmentId: string, signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        const ssh = await connections.connect(environmentId)
        await openOn(environmentId, ssh)
        failures = 0
        await untilClosed(ssh, signal)
      } catch (error) {
        failures += 1
        log.debug({ err: error, environmentId }, 'git has no way out of an environment')
      }
      const delayMs = delaysMs[Math.min(failures, delaysMs.length - 1)]
      await sleep(delayMs, null, { signal, ref: false }).catch(() => {})
    }
  }
}

async function installCertificate(ssh: SshConnection, certificate: string): Promise<void> {
  const script = 'cat >"$1.new" && mv "$1.new" "$1"'
  const result = await ssh.run(['sh', '-c', script, 'sh', gitProxyCertificatePath], { input: certificate })
  if (result.exitCode !== 0) throw new SshFailure('the certificate for git could not be written')
}

function untilClosed(ssh: SshConnection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ssh.closed || signal.aborted) return resolve()
    ssh.onClose(resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
