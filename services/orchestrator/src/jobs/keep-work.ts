/**
 * Before an environment goes, what is only in it is written to this server's disk as a Git bundle. Its programs are ended
 * first: what they would write later would be lost. Nothing is removed until the bundle and its row are there.
 */
import { randomUUID } from 'node:crypto'
import { isDatabaseUnavailable, type Database } from '../lib/database.ts'
import type { EnvironmentConnections } from '../lib/environment-connections.ts'
import { lockGeneration } from '../lib/environment-state.ts'
import { addKeptWork, isKept, lockKeptWork, readRoomForKeptWork, type KeptWorkLimits } from '../lib/kept-work-rows.ts'
import { StepFailure } from '../lib/operation-progress.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import { KeptFileRefused, type KeptFiles } from '../services/kept-files.ts'
import { RuntimeUnavailable, type ContainerRuntime } from '../services/runtime.ts'
import { SshConnectionLost, type SshConnection } from '../services/ssh.ts'
import {
  carryWorkOut,
  clearGathered,
  gatherWork,
  WorkBundleFailure,
  type GatheredWork,
} from '../services/work-bundle.ts'
import { describeFailure } from './describe-failure.ts'
import { ensureContainer } from './ensure-container.ts'
import type { OperationContext } from './run-operation.ts'
import { stopContainer } from './stop-environment.ts'
import { waitForConnection } from './wait-for-connection.ts'

export type KeepWorkOptions = {
  db: Database
  runtime: ContainerRuntime
  connections: EnvironmentConnections
  secretBox: SecretBox
  keptFiles: KeptFiles
  limits: KeptWorkLimits
}

/** Safe to run again. Throws `StepFailure` when it cannot be kept, and what waits for the engine or the database. */
export async function keepWork(context: OperationContext, options: KeepWorkOptions): Promise<void> {
  const { environment, progress, signal } = context
  try {
    const isEmpty = environment.workspace_ready_at === null || !(await options.runtime.hasVolume(environment.id))
    if (isEmpty) return progress.addLines(['There is no workspace with work in it.'])
    // A run that was cut short has removed the container: nothing has changed since, and less may be there now.
    if ((await options.runtime.findContainer(environment.id)) === null && (await isKept(environment, options.db))) {
      return progress.addLines(['What was only here is kept already.'])
    }
    try {
      await keep(context, options)
    } catch (error) {
      if (!(error instanceof SshConnectionLost) || signal.aborted) throw error
      options.connections.close(environment.id)
      await keep(context, options)
    }
  } catch (error) {
    const isForFrame = error instanceof RuntimeUnavailable || isDatabaseUnavailable(error) || signal.aborted
    throw isForFrame ? error : toNotKept(error)
  }
}

/** In words that say what did not happen, and why. */
export function toNotKept(error: unknown): StepFailure {
  const { reason, output } = describeWorkFailure(error)
  const words = `It was not deleted, because what is only in it could not be kept. ${reason}`
  return new StepFailure(words, { ...(output === null ? {} : { output }), cause: error })
}

function describeWorkFailure(error: unknown): { reason: string; output: string | null } {
  if (error instanceof KeptFileRefused && error.reason === 'diskFull') {
    return { reason: "The server's disk has no room for it.", output: null }
  }
  const isTooLarge = error instanceof WorkBundleFailure && error.reason === 'tooLarge'
  if (isTooLarge || error instanceof KeptFileRefused) {
    const advice = 'Push it, let git ignore large files, or remove older kept work.'
    return { reason: `It is larger than what this server keeps for you. ${advice}`, output: null }
  }
  if (error instanceof WorkBundleFailure) return { reason: error.message, output: error.output }
  return describeFailure(error)
}

async function keep(context: OperationContext, options: KeepWorkOptions): Promise<void> {
  const { environment, progress, signal } = context
  const ssh = await openWorkspace(context, options)
  progress.report(null, 'Looking for what is only here')
  let isDone = false
  try {
    const maxBytes = await readRoomForKeptWork(environment, options.limits, options.db)
    const gathered = await gatherWork(ssh, { maxBytes, repositoryUrl: environment.repository_url, signal })
    if (gathered === null) progress.addLines(['Nothing is only here: all of it is at the remote.'])
    else {
      progress.report(null, 'Keeping what is only here')
      await writeBundle(context, options, { ssh, gathered, maxBytes })
    }
    isDone = true
  } finally {
    // With the workspace it goes anyway.
    if (!isDone) await clearGathered(ssh)
  }
}

/** File and row are there together: a file that no row names is removed. */
async function writeBundle(
  { environment, generation, progress, signal }: OperationContext,
  { db, keptFiles, limits }: KeepWorkOptions,
  { ssh, gathered, maxBytes }: { ssh: SshConnection; gathered: GatheredWork; maxBytes: number },
): Promise<void> {
  const id = randomUUID()
  try {
    const file = await keptFiles.write(id, maxBytes, (sink) => carryWorkOut(ssh, sink, signal))
    const replaced = await db.transaction().execute(async (trx) => {
      const row = await lockGeneration(environment.id, generation, trx)
      if (row === null) throw new Error('another run has begun')
      await lockKeptWork(row, trx)
      // Others of this user may have been kept meanwhile.
      if (file.bytes > (await readRoomForKeptWork(row, limits, trx))) throw new KeptFileRefused('tooLarge')
      const older = await addKeptWork({ id, ...file, ...gathered }, row, trx)
      await keptFiles.publish(id)
      return older
    })
    for (const older of replaced) await keptFiles.remove(older)
    progress.addLines(['What was only here is kept for 30 days.'])
  } catch (error) {
    await keptFiles.remove(id)
    throw error
  }
}

/** Without programs: sessions are not brought back. */
async function openWorkspace(
  { environment, progress, signal }: OperationContext,
  { db, runtime, connections, secretBox }: KeepWorkOptions,
): Promise<SshConnection> {
  const { id, generation } = environment
  if ((await runtime.findContainer(id))?.running === true) {
    progress.report(null, 'Ending its programs')
    await stopContainer(id, { runtime, connections })
  }
  progress.report(null, 'Opening the workspace')
  await runtime.ensureNetwork(id, generation)
  await ensureContainer(environment, { db, runtime, secretBox })
  signal.throwIfAborted()
  await runtime.startContainer(id)
  // Who asked before may still be told that it does not run.
  connections.close(id)
  return waitForConnection({ connections, environmentId: id, signal })
}
