/**
 * What is true of environments on the machine that they were restored to: no container is there, and not every workspace.
 * Those that were running are brought back by ordinary operations, which the next server works off.
 */
import { EnvironmentStatus } from '@craftastic/contract'
import { beginOperation, cancelUnsettled } from './begin-operation.ts'
import type { Transaction } from './database.ts'
import { changeStatus } from './environment-state.ts'
import type { EnvironmentRow } from './present.ts'

const restoredWords = 'The installation was restored from a backup.'
const withoutWorkspace = 'It was restored from a backup without its workspace.'
const retryWords = 'Retry makes an empty one.'
/** Only what has failed can be retried. */
const startWords = 'To have an empty one, start it and then retry.'

/** @param workspaces Ids of the environments whose volume is on the engine. */
export async function settleRestoredEnvironments(workspaces: ReadonlySet<string>, trx: Transaction): Promise<void> {
  const rows = await trx.selectFrom('environments').selectAll().orderBy('created_at').forUpdate().execute()
  for (const row of rows) {
    const isLost = row.workspace_ready_at !== null && !workspaces.has(row.id)
    // What is being deleted needs nothing.
    if (row.status === 'deleting' || row.desired_state === 'deleted') continue
    if (isLost) await tellLost(row, trx)
    else if (row.status === 'running') await bringBack(row, trx)
    else await forgetContainer(row, trx)
  }
}

async function tellLost(row: EnvironmentRow, trx: Transaction): Promise<void> {
  await cancelUnsettled(row, trx)
  const isStopped = row.status === 'stopped'
  const reason = `${withoutWorkspace} ${isStopped ? startWords : retryWords}`
  await changeStatus(row, { status: isStopped ? 'stopped' : 'error', reason, containerId: null, fence: true }, trx)
}

async function bringBack(row: EnvironmentRow, trx: Transaction): Promise<void> {
  await beginOperation(row, { kind: 'recover', requestedBy: null, reason: restoredWords }, trx)
}

async function forgetContainer(row: EnvironmentRow, trx: Transaction): Promise<void> {
  const same = { status: EnvironmentStatus.parse(row.status), reason: row.status_reason }
  await changeStatus(row, { ...same, containerId: null }, trx)
}
