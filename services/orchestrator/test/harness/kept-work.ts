/** What is kept of environments, from the delete to the restore, through the API; and scripts in their workspaces. */
import { EnvironmentDeleted, GitUnsaved, KeptWorkList, type KeptWork } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { inContainer } from './engine-cli.ts'

export type KeptWorkClient = ReturnType<typeof openKeptWork>

export function openKeptWork(api: ApiClient) {
  const find = async (environmentId: string) => {
    const { keptWork } = await api.expect(200, KeptWorkList, 'GET', '/api/kept-work')
    return keptWork.find((kept) => kept.environmentId === environmentId)
  }
  return {
    /** Runs a script in the workspace; answers what it printed. */
    sh: (id: string, script: string) => inContainer(id, 'sh', '-ec', `cd /workspace\n${script}`),
    look: (id: string) => api.expect(200, GitUnsaved, 'GET', `/api/git/unsaved/${id}`),
    /** Deletes it. Answers what is kept of it, null when that is nothing. */
    async keep(id: string): Promise<KeptWork | null> {
      await api.deleteEnvironment(id)
      return (await find(id)) ?? null
    },
    /** Answers the id of a new environment with what is kept. */
    async restore(kept: KeptWork | null): Promise<string> {
      if (kept === null) throw new Error('nothing was kept')
      const { id } = await api.createEnvironment({ name: `${kept.environmentName} again`, keptWorkId: kept.id })
      return id
    },
    remove: (id: string) =>
      api.expect(200, EnvironmentDeleted, 'DELETE', `/api/environments/${id}?force=true`, {
        headers: { prefer: 'wait=60' },
      }),
  }
}
