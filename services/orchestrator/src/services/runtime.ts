/**
 * What the domain needs of a container engine. One implementation talks to Docker (`docker.ts`); `app.ts` picks it.
 *
 * Everything is addressed by environment: names of container, network and volume derive from the environment's id, so
 * a caller can never point at a resource of somebody else. Each verb treats "already so" as success and may be
 * repeated at any time. Engine failures surface as `RuntimeUnavailable` when the engine does not answer.
 */
import type { Duplex } from 'node:stream'

/** Everything a container is made from. Values come from the environment's row and the configuration only. */
export type ContainerPlan = {
  environmentId: string
  /** Grows each time the environment is asked into another state; written on the container as a label. */
  generation: number
  image: string
  memoryBytes: number
  /** Cores, such as 0.5. */
  cpuLimit: number
  /** Argument list of the first process. */
  command: string[]
  /** Variables added to the image's own. */
  variables: Record<string, string>
}

export type ContainerState = {
  containerId: string
  running: boolean
  /** Exit code of the first process, null while it runs or before it ran. */
  exitCode: number | null
  /** Address on the environment's network, null while it does not run. */
  address: string | null
}

/** One reading of a container's counters. */
export type ContainerUsage = {
  /** Of one core: 50 is half a core. */
  cpuPercent: number
  memoryBytes: number
  memoryLimitBytes: number
  pids: number
}

export type ResourceKind = 'container' | 'network' | 'volume'
export type OwnedResource = { kind: ResourceKind; environmentId: string; name: string }

/** What an image says of itself: its variables become those of every shell. */
export type ImageDetails = { imageId: string; variables: string[] }

export interface ContainerRuntime {
  /** Resolves when the engine answers. */
  ping(): Promise<void>
  /** Null when the engine does not have the image. */
  findImage(image: string): Promise<ImageDetails | null>

  ensureNetwork(environmentId: string, generation: number): Promise<void>
  ensureVolume(environmentId: string, generation: number): Promise<void>
  /** Creates the container unless it exists; answers its id. Throws `ImageMissing`. */
  ensureContainer(plan: ContainerPlan): Promise<string>
  startContainer(environmentId: string): Promise<void>
  findContainer(environmentId: string): Promise<ContainerState | null>

  /** The first bytes that the container's first process printed, at most `maxBytes`. */
  readFirstOutput(environmentId: string, maxBytes: number): Promise<string>
  readUsage(environmentId: string): Promise<ContainerUsage>
  /** Runs a program in the container as its unprivileged user with its standard input and output as one stream. */
  openProgramStream(environmentId: string, command: string[]): Promise<Duplex>

  removeContainer(environmentId: string): Promise<void>
  removeNetwork(environmentId: string): Promise<void>
  removeVolume(environmentId: string): Promise<void>
  /** All that carries this instance's label, whether a row knows it or not. */
  listResources(): Promise<OwnedResource[]>
}

/** The engine does not answer, or answered with a failure of its own. */
export class RuntimeUnavailable extends Error {
  override name = 'RuntimeUnavailable'
}

/** The engine does not have the image that the plan names. */
export class ImageMissing extends Error {
  override name = 'ImageMissing'
  readonly image: string
  constructor(image: string) {
    super(`the engine does not have the image "${image}"`)
    this.image = image
  }
}
