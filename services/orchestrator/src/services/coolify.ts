/**
 * The client of a Coolify, put together: `coolify-connection.ts` is how it is asked, `coolify-answers.ts` what of its
 * answers is kept, `coolify-deploy.ts` how a deploy happens once.
 */
import { z } from 'zod'
import { Named, PrivateKey, Server } from './coolify-answers.ts'
import { createCoolifyApplications } from './coolify-applications.ts'
import type { CoolifyClient } from './coolify-client.ts'
import { createCoolifyConnection, type CoolifyOptions } from './coolify-connection.ts'
import { createCoolifyDeploys } from './coolify-deploy.ts'
import { createCoolifyDeployments } from './coolify-deployments.ts'
import { CoolifyError } from './coolify-error.ts'
import { requireUuid } from './coolify-paths.ts'

export function createCoolifyClient(options: CoolifyOptions): CoolifyClient {
  const connection = createCoolifyConnection(options)
  const list = async <T>(path: string, Item: z.ZodType<T>): Promise<T[]> =>
    (await connection.ask({ method: 'GET', path }, z.array(Item))).value
  const { listNewest, ...deployments } = createCoolifyDeployments(connection)

  return {
    apiUrl: options.url,

    async health() {
      try {
        return (await connection.askText({ method: 'GET', path: '/health' })).trim() === 'OK'
      } catch (error) {
        if (error instanceof CoolifyError) return false
        throw error
      }
    },

    async version() {
      const version = /^v?(\d+\.\d+\.\d+\S{0,40})$/.exec(
        (await connection.askText({ method: 'GET', path: '/version' })).trim(),
      )
      if (version?.[1] === undefined) throw new CoolifyError('bad_response', 'What answers there is not Coolify')
      return version[1]
    },

    listServers: () => list('/servers', Server),
    listDestinations: async (serverUuid) => list(`/servers/${requireUuid(serverUuid)}/destinations`, Named),
    listProjects: () => list('/projects', Named),
    listEnvironments: async (projectUuid) => list(`/projects/${requireUuid(projectUuid)}/environments`, Named),
    listGithubApps: () => list('/github-apps', Named),
    listPrivateKeys: () => list('/security/keys', PrivateKey),

    ...createCoolifyApplications(connection),
    ...deployments,
    ...createCoolifyDeploys(connection, { listNewest, getDeployment: deployments.getDeployment }),
  }
}
