/** What the engine has with this installation's label. */
import type Docker from 'dockerode'
import { label, ownFilter, resourceName } from './docker-template.ts'
import type { OwnedResource } from './runtime.ts'

export async function listOwnedResources(docker: Docker, instanceId: string): Promise<OwnedResource[]> {
  const filters = ownFilter(instanceId)
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  const environmentOf = (labels: Record<string, string> | undefined) => labels?.[label.environment] ?? ''
  return [
    ...containers.map((found): OwnedResource => {
      const environmentId = environmentOf(found.Labels)
      const joined: Record<string, { NetworkID: string } | undefined> = found.NetworkSettings.Networks
      return {
        kind: 'container',
        environmentId,
        id: found.Id,
        running: found.State === 'running' || found.State === 'paused',
        networkId: joined[resourceName(environmentId)]?.NetworkID ?? null,
      }
    }),
    ...networks.map((found): OwnedResource => {
      return { kind: 'network', environmentId: environmentOf(found.Labels), id: found.Id }
    }),
    ...volumes.Volumes.map((found): OwnedResource => {
      return { kind: 'volume', environmentId: environmentOf(found.Labels), id: found.Name }
    }),
  ]
}
