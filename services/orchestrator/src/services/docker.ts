/**
 * The container runtime on the Docker Engine API. The only module that imports dockerode.
 *
 * Statuses that mean "already so" are success: 304 on start, 404 on removal, 409 on a name that exists. Networks have
 * no unique name in the engine (four parallel creates of one name made four networks on API 1.41), so they are looked
 * up by label and extras are removed; callers serialise work per environment.
 */
import Docker from 'dockerode'
import { call, orNull, statusOf } from './docker-calls.ts'
import { connectionOptions } from './docker-endpoint.ts'
import { readFirstLine, unframed } from './docker-streams.ts'
import { containerOptions, containerUser, label, networkOptions, resourceName } from './docker-template.ts'
import { usageOf } from './docker-usage.ts'
import { ImageMissing } from './runtime.ts'
import type { ContainerPlan, ContainerRuntime, ContainerState, OwnedResource, ResourceKind } from './runtime.ts'

export type DockerRuntimeOptions = {
  /** As DOCKER_HOST: a socket path, `unix://`, `tcp://` or `ssh://`. Null is the engine's default socket. */
  dockerHost: string | null
  /** As SSH_AUTH_SOCK: where the keys for an engine over ssh are. */
  sshAgentSocket: string | null
  /** Value of the label that marks what belongs to this installation. */
  instanceId: string
}

/** Opens no connection yet: each call makes its own request. */
export function createDockerRuntime({
  dockerHost,
  sshAgentSocket,
  instanceId,
}: DockerRuntimeOptions): ContainerRuntime {
  const docker = new Docker(connectionOptions(dockerHost, sshAgentSocket))
  const container = (environmentId: string) => docker.getContainer(resourceName(environmentId))

  const ownFilter = (environmentId?: string) => ({
    label: [
      `${label.instance}=${instanceId}`,
      environmentId === undefined ? label.environment : `${label.environment}=${environmentId}`,
    ],
  })

  const findNetworks = (environmentId: string) =>
    docker.listNetworks({ filters: ownFilter(environmentId) }).then((found) => found.map((network) => network.Id))

  return {
    ping: () => call(async () => void (await docker.ping())),

    findImage: (image) =>
      call(async () => {
        const details = await orNull(404, docker.getImage(image).inspect())
        return details === null ? null : { imageId: details.Id, variables: details.Config.Env ?? [] }
      }),

    ensureNetwork: (environmentId, generation) =>
      call(async () => {
        const [first, ...extras] = await findNetworks(environmentId)
        if (first === undefined) await docker.createNetwork(networkOptions({ instanceId, environmentId, generation }))
        for (const extra of extras) await orNull(404, docker.getNetwork(extra).remove())
      }),

    ensureVolume: (environmentId, generation) =>
      call(async () => {
        await docker.createVolume({
          Name: resourceName(environmentId),
          Labels: label.all({ instanceId, environmentId, generation }),
        })
      }),

    ensureContainer: (plan: ContainerPlan) =>
      call(async () => {
        try {
          return (await docker.createContainer(containerOptions(instanceId, plan))).id
        } catch (error) {
          if (statusOf(error) === 404) throw new ImageMissing(plan.image)
          if (statusOf(error) !== 409) throw error
          return (await container(plan.environmentId).inspect()).Id
        }
      }),

    startContainer: (environmentId) =>
      call(async () => {
        await orNull(304, container(environmentId).start())
      }),

    findContainer: (environmentId) =>
      call(async (): Promise<ContainerState | null> => {
        const details = await orNull(404, container(environmentId).inspect())
        if (details === null) return null
        const running = details.State.Running
        const network = Object.values(details.NetworkSettings.Networks)[0]
        return {
          containerId: details.Id,
          running,
          exitCode: running || details.State.Status === 'created' ? null : details.State.ExitCode,
          address: running && network !== undefined && network.IPAddress !== '' ? network.IPAddress : null,
        }
      }),

    readFirstOutput: (environmentId, maxBytes) =>
      call(async () => {
        const output = await container(environmentId).logs({ stdout: true, stderr: true, follow: true })
        return readFirstLine(output, maxBytes)
      }),

    readUsage: (environmentId) => call(async () => usageOf(await container(environmentId).stats({ stream: false }))),

    openProgramStream: (environmentId, command) =>
      call(async () => {
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
      call(async () => {
        await orNull(404, container(environmentId).remove({ force: true, v: true }))
      }),

    removeNetwork: (environmentId) =>
      call(async () => {
        for (const id of await findNetworks(environmentId)) await orNull(404, docker.getNetwork(id).remove())
      }),

    removeVolume: (environmentId) =>
      call(async () => {
        await orNull(404, docker.getVolume(resourceName(environmentId)).remove())
      }),

    listResources: () =>
      call(async () => {
        const filters = ownFilter()
        const [containers, networks, volumes] = await Promise.all([
          docker.listContainers({ all: true, filters }),
          docker.listNetworks({ filters }),
          docker.listVolumes({ filters }),
        ])
        const owned = (
          kind: ResourceKind,
          name: string,
          labels: Record<string, string> | undefined,
        ): OwnedResource => ({
          kind,
          name,
          environmentId: labels?.[label.environment] ?? '',
        })
        return [
          ...containers.map((found) =>
            owned('container', (found.Names[0] ?? found.Id).replace(/^\//, ''), found.Labels),
          ),
          ...networks.map((found) => owned('network', found.Name, found.Labels)),
          ...volumes.Volumes.map((found) => owned('volume', found.Name, found.Labels)),
        ]
      }),
  }
}
