/**
 * Compares rows and engine and mends what differs. What it begins are ordinary operations, so its work is seen,
 * serialised and fenced like anybody's. Any number of servers may do this at once.
 */
import { Id } from '@craftastic/contract'
import { sql } from 'kysely'
import { readDatabaseClock, type Database } from '../lib/database.ts'
import { findLiveJobs } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import { findUnrecovered } from '../lib/operation-log.ts'
import { findStrays, planRepairs, type Facts, type Repair } from '../lib/reconcile-plan.ts'
import { RuntimeUnavailable, type ContainerRuntime, type OwnedResource } from '../services/runtime.ts'
import type { MendEnvironment } from './mend-environment.ts'

export type ReconcilerOptions = {
  db: Database
  runtime: Pick<ContainerRuntime, 'listResources' | 'removeResource'>
  mend: MendEnvironment
  onRepair: (repair: Repair['repair'] | 'removeStray') => void
  log: Log
}

/** Answers one comparison with all that follows from it. It throws when the engine or the database does not answer. */
export function createReconciler({ db, runtime, mend, onRepair, log }: ReconcilerOptions): () => Promise<void> {
  let reported = new Set<string>()

  return async function reconcile() {
    const rows = await readRows(db)
    const resources = await runtime.listResources()
    for (const repair of planRepairs({ ...rows, resources })) {
      if (!(await attempt(() => mend(repair), repair))) continue
      log.warn({ repair }, 'an environment was not what its row said')
      onRepair(repair.repair)
    }
    await removeStrays(resources)
  }

  async function removeStrays(resources: readonly OwnedResource[]): Promise<void> {
    const ids = [...new Set(resources.map(({ environmentId }) => environmentId))]
    const known = await readIds('environments', ids)
    const unknown = ids.filter((id) => !known.has(id))
    const { strays, kept } = findStrays(resources, known, await readIds('deleted_environments', unknown))
    for (const resource of strays) {
      if (!(await attempt(() => runtime.removeResource(resource).then(() => true), resource))) continue
      log.warn({ resource }, 'removed what no environment has any more')
      onRepair('removeStray')
    }
    for (const { id } of kept.filter((volume) => !reported.has(volume.id))) {
      log.error({ volume: id }, 'this volume belongs to no environment in the database; it is kept')
    }
    reported = new Set(kept.map(({ id }) => id))
  }

  /** One that fails keeps the others from nothing; only an engine that does not answer does. */
  async function attempt(repair: () => Promise<boolean>, what: object): Promise<boolean> {
    try {
      return await repair()
    } catch (error) {
      if (error instanceof RuntimeUnavailable && !error.hasAnswered) throw error
      log.warn({ err: error, what }, 'what rows and engine disagree about could not be mended')
      return false
    }
  }

  async function readIds(table: 'environments' | 'deleted_environments', ids: readonly string[]): Promise<Set<string>> {
    const uuids = ids.filter((id) => Id.safeParse(id).success)
    if (uuids.length === 0) return new Set()
    const result = await sql<{ id: string }>`
      select id from ${sql.table(table)} where id = any(${sql.val(uuids)}::uuid[])`.execute(db)
    return new Set(result.rows.map(({ id }) => id))
  }
}

/** In one snapshot: an operation that settles between two reads would make its environment look abandoned. */
async function readRows(db: Database): Promise<Omit<Facts, 'resources'>> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const environments = await trx.selectFrom('environments').selectAll().execute()
      const operations = await trx
        .selectFrom('operations')
        .selectAll()
        .where('state', 'in', ['queued', 'running'])
        .execute()
      const { liveJobs, runningJobs } = await findLiveJobs(
        operations.map(({ id }) => id),
        trx,
      )
      const unrecovered = await findUnrecovered(trx)
      const nowMs = (await readDatabaseClock(trx)).getTime()
      return { environments, operations, liveJobs, runningJobs, unrecovered, nowMs }
    })
}
