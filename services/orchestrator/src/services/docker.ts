/**
 * The container runtime on the Docker Engine API. Only it and the modules beside it know dockerode.
 *
 * Statuses that mean "already so" are success: 304 on start and stop, 404 on removal, 409 on a name that exists.
 */
import Docker from 'dockerode'
import { z } from 'zod'
import { createCaller, isOrphanedTask, orNull, statusOf, type CallObserver } from './docker-calls.ts'
import { connectionOptions } from './docker-endpoint.ts'
import { followEngineEvents } from './docker-events.ts'
import { listOwnedResources } from './docker-inventory.ts'
import { createDockerNetworks } from './docker-networks.ts'
import { readFirstLine, unframed } from './docker-streams.ts'
import { containerOptions, containerUser, label, resourceName } from './docker-template.ts'
import { usageOf } from './docker-usage.ts'
import { ImageMissing } from './runtime.ts'
import type { ContainerPlan, ContainerRuntime, ContainerState } from './runtime.ts'

export type DockerRuntimeOptions = {
  /** As DOCKER_HOST: a socket path, `unix://`, `tcp://` or `ssh://`. Null is the engine's default socket. */
  dockerHost: string | null
  /** As SSH_AUTH_SOCK: where the keys for an engine over ssh are. */
  sshAgentSocket: string | null
  /** Value of the label that marks what belongs to this installation. */
  instanceId: string
  onCall?: CallObserver
}

/** What a stop leaves programs to end by themselves. */
const stopGraceSeconds = 10

const EngineInfo = z.object({ DockerRootDir: z.string() })

/** Opens no connection yet: each call makes its own request. */
export function createDockerRuntime({
  dockerHost,
  sshAgentSocket,
  instanceId,
  onCall = () => {},
}: DockerRuntimeOptions): ContainerRuntime {
  const connection = connectionOptions(dockerHost, sshAgentSocket)
  const docker = new Docker(connection)
  const call = createCaller(onCall)
  const container = (environmentId: string) => docker.getContainer(resourceName(environmentId))

  const networks = createDockerNetworks(docker, instanceId)

  return {
    ping: () => call('ping', async () => void (await docker.ping())),

    findImage: (image) =>
      call('findImage', async () => {
        const details = await orNull(404, docker.getImage(image).inspect())
        return details === null ? null : { imageId: details.Id, variables: details.Config.Env ?? [] }
      }),

    readDataDirectory: () =>
      call('readDataDirectory', async () => {
        // The same path on this machine is another directory when the engine is not on it.
        return connection.socketPath === undefined ? null : EngineInfo.parse(await docker.info()).DockerRootDir
      }),

    ensureNetwork: (environmentId, generation) =>
      call('ensureNetwork', () => networks.ensure(environmentId, generation)),

    ensureVolume: (environmentId, generation) =>
      call('ensureVolume', async () => {
        await docker.createVolume({
          Name: resourceName(environmentId),
          Labels: label.all({ instanceId, environmentId, generation }),
        })
      }),

    ensureContainer: (plan: ContainerPlan) =>
      call('ensureContainer', async () => {
        try {
          return (await docker.createContainer(containerOptions(instanceId, plan))).id
        } catch (error) {
          if (statusOf(error) === 404) throw new ImageMissing(plan.image)
          if (statusOf(error) !== 409) throw error
          await networks.join(plan.environmentId)
          return (await container(plan.environmentId).inspect()).Id
        }
      }),

    startContainer: (environmentId) =>
      call('startContainer', async () => {
        try {
          await orNull(304, container(environmentId).start())
        } catch (error) {
          if (isOrphanedTask(error)) await container(environmentId).remove({ force: true, v: true })
          throw error
        }
      }),

    stopContainer: (environmentId) =>
      call('stopContainer', async () => {
        await orNull(404, orNull(304, container(environmentId).stop({ t: stopGraceSeconds })))
      }),

    findContainer: (environmentId) =>
      call('findContainer', async (): Promise<ContainerState | null> => {
        const details = await orNull(404, container(environmentId).inspect())
        if (details === null) return null
        const running = details.State.Running
        const network = Object.values(details.NetworkSettings.Networks)[0]
        return {
          containerId: details.Id,
          running,
          exitCode: running || details.State.Status === 'created' ? null : details.State.ExitCode,
          ranOutOfMemory: !running && details.State.OOMKilled,
          // The engine writes year 1 for "never".
          startedAtMs: Math.max(0, Date.parse(details.State.StartedAt)) || null,
          address: running && network !== undefined && network.IPAddress !== '' ? network.IPAddress : null,
        }
      }),

    describeContainer: (environmentId, generation) => ({
      name: `/${resourceName(environmentId)}`,
      labels: label.all({ instanceId, environmentId, generation }),
    }),

    readFirstOutput: (environmentId, sinceMs, maxBytes) =>
      call('readFirstOutput', async () => {
        // The engine notes a start a moment after the program has begun to run.
        const since = Math.floor(sinceMs / 1000) - 1
        const output = await container(environmentId).logs({ stdout: true, stderr: true, follow: true, since })
        return readFirstLine(output, maxBytes)
      }),

    readUsage: (environmentId) =>
      call('readUsage', async () => usageOf(await container(environmentId).stats({ stream: false }))),

    openProgramStream: (environmentId, command) =>
      call('openProgramStream', async () => {
        const exec = await container(environmentId).exec({
          Cmd: command,
          User: containerUser,
          WorkingDir: '/',
          AttachStdin: true,
          AttachStdout: true,
          AttachStderr: false,
          Tty: false,
        })
        return unframed(await exec.start({ hijack: true, stdin: true }))
      }),

    removeContainer: (environmentId) =>
      call('removeContainer', async () => {
        await orNull(404, container(environmentId).remove({ force: true, v: true }))
      }),

    removeNetwork: (environmentId) => call('removeNetwork', () => networks.remove(environmentId)),

    hasVolume: (environmentId) =>
      call(
        'hasVolume',
        async () => (await orNull(404, docker.getVolume(resourceName(environmentId)).inspect())) !== null,
      ),

    removeVolume: (environmentId) =>
      call('removeVolume', async () => {
        await orNull(404, docker.getVolume(resourceName(environmentId)).remove())
      }),

    listResources: () => call('listResources', () => listOwnedResources(docker, instanceId)),

    removeResource: (resource) =>
      call('removeResource', async () => {
        if (resource.kind === 'container') {
          await orNull(404, docker.getContainer(resource.id).remove({ force: true, v: true }))
        } else if (resource.kind === 'network') await orNull(404, docker.getNetwork(resource.id).remove())
        else await orNull(404, docker.getVolume(resource.id).remove())
      }),

    followEvents: (sinceMs, onEvent, signal) =>
      call('followEvents', (tooLate) => {
        const ended = AbortSignal.any([signal, tooLate])
        return followEngineEvents(docker, { instanceId, sinceMs, onEvent, signal: ended })
      }),
  }
}
