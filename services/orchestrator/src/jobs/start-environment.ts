/**
 * Makes an environment run: network, volume, container, connection, clone, restore, ready. Serves create, start, restart, retry
 * and recover. Each step takes "already so" as success, so the job may be cut short anywhere and run again.
 */
import { forgetContainer, forgetWorkspace, type StatusChange } from '../lib/environment-state.ts'
import type { Database } from '../lib/database.ts'
import type { EnvironmentConnections } from '../lib/environment-connections.ts'
import type { GitForwards } from '../lib/git-forwards.ts'
import type { KeptWorkRow } from '../lib/kept-work-rows.ts'
import type { EnvironmentRow } from '../lib/present.ts'
import { StepFailure } from '../lib/operation-progress.ts'
import { defaultBranch } from '../lib/repository.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import { restoreSessions } from '../lib/session-status.ts'
import { writeGitIdentity, type GitIdentity } from '../services/git-identity.ts'
import { writeSshConfig } from '../services/git-ssh.ts'
import type { KeptFiles } from '../services/kept-files.ts'
import type { ContainerRuntime } from '../services/runtime.ts'
import { startTmuxServer } from '../services/tmux.ts'
import { cloneRepository } from './clone-repository.ts'
import { ensureContainer } from './ensure-container.ts'
import { findKeptWork, restoreKeptWork } from './restore-work.ts'
import type { OperationContext, OperationWork } from './run-operation.ts'
import { stopContainer } from './stop-environment.ts'
import { workInside } from './wait-for-connection.ts'

export type StartEnvironmentOptions = {
  db: Database
  runtime: ContainerRuntime
  connections: EnvironmentConnections
  secretBox: SecretBox
  keptFiles: KeptFiles
  gitForwards: Pick<GitForwards, 'ensureGitForward'>
  /** A clone slower than 1,000 bytes per second for this long is given up. */
  cloneStallSeconds: number
}

export function startEnvironmentWork(options: StartEnvironmentOptions): OperationWork {
  const { db, runtime, connections, gitForwards, cloneStallSeconds } = options
  return {
    async run(context: OperationContext) {
      const { environment, kind, steps, step, signal } = context
      const { id, generation } = environment
      let branch = environment.branch
      let containerId = ''
      // Whether its programs are those of a container that was started for this operation, in whichever run.
      let isFresh = kind !== 'recover' || environment.container_id === null
      let isFilled = environment.workspace_ready_at !== null
      if (kind === 'restart') await step('stop', () => stopContainer(id, { runtime, connections }))
      await step('network', () => runtime.ensureNetwork(id, generation))
      await step('volume', async () => {
        isFilled = await ensureVolume(context)
      })
      await step('container', async () => {
        containerId = await ensureContainer(environment, options)
        if (!isFresh && (await runtime.findContainer(id))?.running !== true) {
          // Written down before it is started: another run would find it running.
          await db.transaction().execute((trx) => forgetContainer(id, generation, trx))
          isFresh = true
        }
        signal.throwIfAborted()
        await runtime.startContainer(id)
        // Connections of before lead to what has ended, and so do attempts that others have just begun.
        connections.close(id)
      })
      const wayIn = { connections, environmentId: id, signal }
      await step('connection', () =>
        workInside(wayIn, async (ssh) => {
          await writeSshConfig(ssh)
          await writeGitIdentity(ssh, await readOwner(environment))
        }),
      )
      const findKept = async () => (steps.includes('restore') ? findKeptWork(environment, db) : null)
      if (steps.includes('clone')) {
        await step('clone', async () => {
          if (!isFilled) branch = (await clone(context, await findKept())) ?? branch
        })
      }
      if (steps.includes('restore')) {
        await step('restore', async () => {
          const kept = isFilled ? null : await findKept()
          if (kept === null) return
          const restored = await workInside(wayIn, (ssh) => restoreKeptWork(context, kept, ssh, options))
          branch = restored ?? branch
        })
      }
      await step('ready', () =>
        workInside(wayIn, async (ssh) => {
          await startTmuxServer(ssh)
          await restoreSessions(environment, ssh, db, { isFresh })
        }),
      )
      const reason = kind === 'recover' ? describeRecovery(environment.status_reason, isFresh) : null
      return { status: 'running', reason, branch, containerId, workspaceReady: true } satisfies StatusChange
    },

    async cleanUp({ id, workspace_ready_at: workspaceReadyAt }, failedStep, requireHold) {
      connections.close(id)
      // What was installed in a container stays, unless it is the container that fails.
      const isKept = workspaceReadyAt !== null && failedStep !== 'container' && failedStep !== 'connection'
      await requireHold()
      await (isKept ? runtime.stopContainer(id) : runtime.removeContainer(id))
      await requireHold()
      await runtime.removeNetwork(id)
      // A workspace that was ever handed over holds work; only a delete that was asked for removes it.
      if (workspaceReadyAt !== null) return
      await requireHold()
      await runtime.removeVolume(id)
    },
  }

  /**
   * Answers whether the volume holds somebody's work. One that is missing may come back, with a disk that was not
   * mounted: it is given up only by a person who was told and asks for a retry.
   */
  async function ensureVolume({ environment, kind, generation }: OperationContext): Promise<boolean> {
    const { id, workspace_ready_at: workspaceReadyAt } = environment
    const isLost = workspaceReadyAt !== null && !(await runtime.hasVolume(id))
    if (isLost && kind !== 'retry') throw new StepFailure(workspaceLost)
    if (isLost) await db.transaction().execute((trx) => forgetWorkspace(id, generation, trx))
    await runtime.ensureVolume(id, generation)
    return workspaceReadyAt !== null && !isLost
  }

  async function readOwner(environment: EnvironmentRow): Promise<GitIdentity> {
    const query = db.selectFrom('users').select(['name', 'email']).where('id', '=', environment.user_id)
    return query.executeTakeFirstOrThrow()
  }

  /** What was kept with all of its history needs no repository that can still be reached. */
  async function clone(
    { environment, progress, signal }: OperationContext,
    kept: KeptWorkRow | null,
  ): Promise<string | null> {
    const { id, repository_url: repositoryUrl, branch } = environment
    if (repositoryUrl === null) return null
    const wanted = branch === defaultBranch ? null : branch
    const request = { repositoryUrl, branch: wanted, stallSeconds: cloneStallSeconds, progress, signal }
    try {
      return await workInside({ connections, environmentId: id, signal }, async (ssh) => {
        await gitForwards.ensureGitForward(id)
        return cloneRepository({ ...request, ssh })
      })
    } catch (error) {
      if (!(error instanceof StepFailure) || kept?.is_complete !== true) throw error
      progress.addLines([error.message, 'Going on without the repository: what was kept has all of its history.'])
      return null
    }
  }
}

const workspaceLost =
  'The workspace is not on the container engine any more. If a disk is not mounted there, mount it and retry; ' +
  'otherwise what was in it is lost, and retry makes an empty one.'

/** Stays on the page until the environment is stopped or started: nobody should take the new shells for the old ones. */
function describeRecovery(cause: string | null, isFresh: boolean): string {
  const consequence = isFresh
    ? 'It was started again; the programs that ran in it have ended.'
    : 'It was mended; programs went on running.'
  return [cause, consequence].filter((words) => words !== null).join(' ')
}
