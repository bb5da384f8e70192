/**
 * Makes an environment run: network, volume, container, connection, clone, ready. Serves create and retry. Each step
 * takes "already so" as success, so the job may be cut short anywhere and run again.
 */
import type { ContainerRuntime } from '../services/runtime.ts'
import { containerStart } from '../services/container-start.ts'
import { startTmuxServer } from '../services/tmux.ts'
import type { Database } from '../lib/database.ts'
import type { EnvironmentConnections } from '../lib/environment-connections.ts'
import { readEnvironmentKeys } from '../lib/environment-keys.ts'
import type { EnvironmentRow } from '../lib/present.ts'
import { defaultBranch } from '../lib/repository.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import { cloneRepository } from './clone-repository.ts'
import type { OperationContext, OperationWork } from './run-operation.ts'
import { waitForConnection } from './wait-for-connection.ts'

export type StartEnvironmentOptions = {
  db: Database
  runtime: ContainerRuntime
  connections: EnvironmentConnections
  secretBox: SecretBox
  /** A clone slower than 1,000 bytes per second for this long is given up. */
  cloneStallSeconds: number
}

export function startEnvironmentWork(options: StartEnvironmentOptions): OperationWork {
  const { db, runtime, connections, secretBox, cloneStallSeconds } = options
  return {
    wantedIn: 'starting',

    async run({ environment, progress, signal }: OperationContext) {
      const { id, generation, repository_url: repositoryUrl } = environment
      let branch = environment.branch
      let containerId = ''
      await progress.step('network', () => runtime.ensureNetwork(id, generation))
      await progress.step('volume', () => runtime.ensureVolume(id, generation))
      await progress.step('container', async () => {
        containerId = await ensureContainer(environment)
        await runtime.startContainer(id)
      })
      await progress.step('connection', () => waitForConnection(connections, id, signal))
      if (repositoryUrl !== null) {
        await progress.step('clone', async () => {
          if (await hasRunBefore(id)) return
          const ssh = await connections.connect(id)
          const wanted = branch === defaultBranch ? null : branch
          const request = { ssh, repositoryUrl, branch: wanted, stallSeconds: cloneStallSeconds, progress, signal }
          branch = (await cloneRepository(request)) ?? branch
        })
      }
      await progress.step('ready', async () => startTmuxServer(await connections.connect(id)))
      return { status: 'running', reason: null, branch, containerId }
    },

    async cleanUp(environment) {
      connections.close(environment.id)
      await runtime.removeContainer(environment.id)
      await runtime.removeNetwork(environment.id)
      // A workspace that was ever handed over holds work; only a delete that was asked for removes it.
      if (!(await hasRunBefore(environment.id))) await runtime.removeVolume(environment.id)
    },
  }

  async function ensureContainer(environment: EnvironmentRow): Promise<string> {
    const keys = await readEnvironmentKeys(environment.id, secretBox, db)
    const image = await runtime.findImage(environment.image)
    const wayIn = { hostPrivateKey: keys.host.privateKey, clientPublicKey: keys.client.publicKey }
    return runtime.ensureContainer({
      environmentId: environment.id,
      generation: environment.generation,
      image: environment.image,
      memoryBytes: environment.memory_bytes,
      cpuLimit: environment.cpu_limit,
      ...containerStart(wayIn, image?.variables ?? []),
    })
  }

  /** Whether the environment was ever `running`, so that its workspace may hold somebody's work. */
  async function hasRunBefore(environmentId: string): Promise<boolean> {
    const found = await db
      .selectFrom('operations')
      .select('id')
      .where('environment_id', '=', environmentId)
      .where('state', '=', 'succeeded')
      .limit(1)
      .executeTakeFirst()
    return found !== undefined
  }
}
