/**
 * The private network of each environment. The engine gives networks no unique name (four parallel creates of one name
 * made four networks on API 1.41), so they are looked up by label and extras are removed; callers serialise work per
 * environment.
 */
import type Docker from 'dockerode'
import { orNull, statusOf } from './docker-calls.ts'
import { networkOptions, ownFilter, resourceName } from './docker-template.ts'

export function createDockerNetworks(docker: Docker, instanceId: string) {
  const findNetworks = async (environmentId: string): Promise<string[]> => {
    const found = await docker.listNetworks({ filters: ownFilter(instanceId, environmentId) })
    return found.map((network) => network.Id)
  }

  return {
    async ensure(environmentId: string, generation: number): Promise<void> {
      const [first, ...extras] = await findNetworks(environmentId)
      if (first === undefined) await docker.createNetwork(networkOptions({ instanceId, environmentId, generation }))
      else await removeExtras(first, extras)
    },

    async remove(environmentId: string): Promise<void> {
      for (const id of await findNetworks(environmentId)) await orNull(404, docker.getNetwork(id).remove())
    },

    /** A container keeps pointing at the network that it was made with, also when another one has its name now. */
    async join(environmentId: string): Promise<void> {
      const name = resourceName(environmentId)
      const [present] = await findNetworks(environmentId)
      const { Networks: joined } = (await docker.getContainer(name).inspect()).NetworkSettings
      if (present === undefined || joined[name]?.NetworkID === present) return
      const leave = () => docker.getNetwork(name).disconnect({ Container: name, Force: true })
      if (joined[name] !== undefined) await orNull(404, leave())
      await docker.getNetwork(present).connect({ Container: name })
    },
  }

  /** The one that a container is on cannot be removed and stays. */
  async function removeExtras(first: string, extras: readonly string[]): Promise<void> {
    let kept = first
    for (const extra of extras) {
      if (await removeUnused(extra)) continue
      await removeUnused(kept)
      kept = extra
    }
  }

  async function removeUnused(networkId: string): Promise<boolean> {
    try {
      await orNull(404, docker.getNetwork(networkId).remove())
      return true
    } catch (error) {
      if (statusOf(error) === 403) return false
      throw error
    }
  }
}
