/** Deployments as Coolify tells of them, and the end of one before its time. */
import { createDeploymentSchemas } from './coolify-answers.ts'
import type { CoolifyClient } from './coolify-client.ts'
import type { CoolifyConnection } from './coolify-connection.ts'
import { CoolifyError } from './coolify-error.ts'
import { nullWhenMissing, requireUuid } from './coolify-paths.ts'
import { isEndedInCoolify } from './coolify-status.ts'
import { logAnswerBytes } from './coolify-transport.ts'

type Deployments = Pick<CoolifyClient, 'getDeployment' | 'listAppDeployments' | 'listActiveDeployments' | 'cancel'> & {
  /** The newest of an application, and Coolify's clock when it answered. */
  listNewest(
    appUuid: string,
    take: number,
    signal?: AbortSignal,
  ): Promise<{ deployments: Awaited<ReturnType<CoolifyClient['listActiveDeployments']>>; date: Date | null }>
}

export function createCoolifyDeployments(connection: CoolifyConnection): Deployments {
  const { DeploymentWithLogs, DeploymentPage, DeploymentList } = createDeploymentSchemas(
    connection.url.origin,
    connection.redact,
  )
  // Lists hold the logs of every deployment as well.
  const get = { method: 'GET', maxBytes: logAnswerBytes } as const

  const listPage = async (appUuid: string, skip: number, take: number, signal?: AbortSignal) => {
    const path = `/deployments/applications/${requireUuid(appUuid)}`
    const query = { skip: String(skip), take: String(take) }
    return connection.ask({ ...get, path, query, signal }, DeploymentPage)
  }

  const getDeployment: CoolifyClient['getDeployment'] = (uuid, signal) =>
    nullWhenMissing(async () => {
      const path = `/deployments/${requireUuid(uuid)}`
      return (await connection.ask({ ...get, path, signal }, DeploymentWithLogs)).value
    })

  return {
    getDeployment,
    listAppDeployments: async (appUuid, { skip = 0, take = 10 } = {}) => (await listPage(appUuid, skip, take)).value,
    listActiveDeployments: async (signal) =>
      (await connection.ask({ ...get, path: '/deployments', signal }, DeploymentList)).value,
    listNewest: async (appUuid, take, signal) => {
      const { value, date } = await listPage(appUuid, 0, take, signal)
      return { deployments: value.deployments, date }
    },

    async cancel(uuid) {
      const path = `/deployments/${requireUuid(uuid)}/cancel`
      try {
        await connection.send({ method: 'POST', path, timeoutMs: connection.timing.cancelMs })
        return 'cancelled'
      } catch (error) {
        // 400: it has ended already. 5xx, or nothing in time: before 4.3.7 that is how a cancel that worked looks.
        if (!(error instanceof CoolifyError) || !(error.code === 'validation' || error.outcomeUnknown)) throw error
        const deployment = await getDeployment(uuid)
        if (deployment === null || !isEndedInCoolify(deployment.status)) throw error
        const isOurs = error.outcomeUnknown && deployment.status === 'cancelled-by-user'
        return isOurs ? 'cancelled' : { alreadyEnded: deployment.status }
      }
    },
  }
}
