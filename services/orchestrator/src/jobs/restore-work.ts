/** Brings what was kept of a deleted environment into the workspace of a new one. */
import type { Database } from '../lib/database.ts'
import type { EnvironmentRow } from '../lib/present.ts'
import type { KeptWorkRow } from '../lib/kept-work-rows.ts'
import { StepFailure } from '../lib/operation-progress.ts'
import type { KeptFiles } from '../services/kept-files.ts'
import type { SshConnection } from '../services/ssh.ts'
import { carryWorkIn, restoreWork, WorkBundleFailure } from '../services/work-bundle.ts'
import type { OperationContext } from './run-operation.ts'

export type RestoreWorkOptions = { keptFiles: KeptFiles }

/** @throws StepFailure when it is not kept any more. */
export async function findKeptWork(environment: EnvironmentRow, db: Database): Promise<KeptWorkRow> {
  const row = await db
    .selectFrom('kept_work')
    .selectAll()
    .where('id', '=', environment.kept_work_id)
    .where('user_id', '=', environment.user_id)
    .executeTakeFirst()
  if (row === undefined) throw new StepFailure('What was to be brought back is not kept any more.')
  return row
}

/** Answers the branch that is checked out; null when there is none. */
export async function restoreKeptWork(
  { environment, progress, signal }: OperationContext,
  kept: KeptWorkRow,
  ssh: SshConnection,
  { keptFiles }: RestoreWorkOptions,
): Promise<string | null> {
  const size = await keptFiles.findSize(kept.id)
  if (size !== kept.bytes) {
    throw new StepFailure('The file of what was kept is not on this server. It lies where the environment was deleted.')
  }
  await carryWorkIn(ssh, { content: keptFiles.open(kept.id), bytes: size, signal })
  try {
    progress.addLines(await restoreWork(ssh, { repositoryUrl: environment.repository_url, signal }))
  } catch (error) {
    if (!(error instanceof WorkBundleFailure)) throw error
    throw new StepFailure(error.message, { output: error.output, cause: error })
  }
  return kept.branch
}
