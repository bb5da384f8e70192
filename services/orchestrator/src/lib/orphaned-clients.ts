/**
 * Finds tmux clients that this server has started and that no viewer of it belongs to. A tmux client ends with its
 * channel, and all of them with their connection, so there should never be one; a client that is there all the same
 * makes its session look watched for ever. Looks wherever this server has a connection, on which one would live, also where
 * the last viewer is gone. Clients of other servers, told apart by the id that
 * each has on its pseudo-terminal, are neither counted nor touched.
 */
import { detachTmuxClient, listTmuxClients } from '../services/tmux.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import type { Log } from './log.ts'

/** An orphan of two sweeps is detached: nothing takes so long to attach or to end. */
const defaultSweepIntervalMs = 60_000

export type OrphanedClientsOptions = {
  reach: EnvironmentReach
  log: Log
  /** Whether this server has started the client with this id. */
  isOurs(clientId: string): boolean
  /** Environments in which they may be. */
  listEnvironments(): readonly string[]
  /** The ids of clients that belong to somebody, by environment; asked after the clients were listed. */
  listOwned(): ReadonlyMap<string, ReadonlySet<string>>
  sweepIntervalMs?: number
}

export function createOrphanedClients(options: OrphanedClientsOptions) {
  const { reach, log, isOurs, listEnvironments, listOwned, sweepIntervalMs = defaultSweepIntervalMs } = options
  /** Clients by environment and id, as the last sweep has found them. */
  let orphans: ReadonlySet<string> = new Set()

  const sweep = async (): Promise<void> => {
    const found = new Set<string>()
    for (const environmentId of listEnvironments()) {
      await lookAt(environmentId, found).catch((error: unknown) => {
        log.debug({ err: error, environmentId }, 'its tmux clients could not be listed')
      })
    }
    orphans = found
  }

  async function lookAt(environmentId: string, found: Set<string>): Promise<void> {
    const clients = await reach.inside(environmentId, listTmuxClients)
    const owned = listOwned().get(environmentId)
    for (const { id, terminal } of clients) {
      if (!isOurs(id) || owned?.has(id)) continue
      const key = `${environmentId} ${id}`
      found.add(key)
      if (!orphans.has(key)) continue
      log.warn({ environmentId, terminal }, 'a tmux client has no viewer: detaching it')
      await reach.inside(environmentId, (ssh) => detachTmuxClient(ssh, terminal))
    }
  }

  return {
    sweep,
    count: () => orphans.size,
    /** Answers how to end it. */
    start(): () => void {
      let isSweeping = false
      const timer = setInterval(() => {
        if (isSweeping) return
        isSweeping = true
        void sweep().finally(() => (isSweeping = false))
      }, sweepIntervalMs)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}
