/** Removes an environment from the engine and then its row. Each step takes "already gone" as success. */
import type { ContainerRuntime } from '../services/runtime.ts'
import type { Database } from '../lib/database.ts'
import type { EnvironmentConnections } from '../lib/environment-connections.ts'
import { appendEvent } from '../lib/event-log.ts'
import type { OperationWork } from './run-operation.ts'

export type DeleteEnvironmentOptions = { db: Database; runtime: ContainerRuntime; connections: EnvironmentConnections }

export function deleteEnvironmentWork({ db, runtime, connections }: DeleteEnvironmentOptions): OperationWork {
  return {
    wantedIn: 'deleting',
    async run({ environment: { id, user_id: ownerId }, progress }) {
      connections.close(id)
      await progress.step('container', () => runtime.removeContainer(id))
      await progress.step('network', () => runtime.removeNetwork(id))
      await progress.step('volume', () => runtime.removeVolume(id))
      await progress.flush()
      await db.transaction().execute(async (trx) => {
        await appendEvent({ type: 'status', environmentId: id, environment: null }, ownerId, trx)
        await trx.deleteFrom('environments').where('id', '=', id).execute()
      })
      return null
    },
    cleanUp: async () => {},
  }
}
