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
  /** Whether its first process was ended because its memory limit was reached. */
  ranOutOfMemory: boolean
  /** When its first process started last, milliseconds since 1970 by the engine's clock; null before that. */
  startedAtMs: number | null
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

/** Something on the engine with this installation's label; `id` is the engine's own. */
export type OwnedResource = { environmentId: string; id: string } & (
  | {
      kind: 'container'
      running: boolean
      /** The network of its environment that it is on, null when it is on none. */
      networkId: string | null
    }
  | { kind: 'network' }
  | { kind: 'volume' }
)

/** Something happened to an environment's container. */
export type RuntimeEvent = {
  environmentId: string
  /** `outOfMemory`: a program was ended because the memory limit was reached; the container may live on. */
  action: 'started' | 'ended' | 'outOfMemory' | 'removed'
  /** By the engine's clock, milliseconds since 1970. */
  atMs: number
}

export interface RuntimeEventStream {
  /** Resolves when no more events will come. */
  ended: Promise<void>
  close(): void
}

/** What an image says of itself: its variables become those of every shell. */
export type ImageDetails = { imageId: string; variables: string[] }

export interface ContainerRuntime {
  /** Resolves when the engine answers. */
  ping(): Promise<void>
  /** Null when the engine does not have the image. */
  findImage(image: string): Promise<ImageDetails | null>
  /** Where the engine keeps its data, as a path of this machine; null when it runs on another one. */
  readDataDirectory(): Promise<string | null>

  ensureNetwork(environmentId: string, generation: number): Promise<void>
  ensureVolume(environmentId: string, generation: number): Promise<void>
  /** Creates the container unless it exists, on its environment's network; answers its id. Throws `ImageMissing`. */
  ensureContainer(plan: ContainerPlan): Promise<string>
  startContainer(environmentId: string): Promise<void>
  /** Ends its programs, politely at first, and keeps the container. One that is not there is success. */
  stopContainer(environmentId: string): Promise<void>
  findContainer(environmentId: string): Promise<ContainerState | null>
  /** How the engine lists the container of an environment, whether it exists or not. */
  describeContainer(environmentId: string, generation: number): { name: string; labels: Record<string, string> }

  /** The first bytes that the container's first process printed since `sinceMs`, at most `maxBytes`. */
  readFirstOutput(environmentId: string, sinceMs: number, maxBytes: number): Promise<string>
  readUsage(environmentId: string): Promise<ContainerUsage>
  /** Runs a program in the container as its unprivileged user with its standard input and output as one stream. */
  openProgramStream(environmentId: string, command: string[]): Promise<Duplex>

  removeContainer(environmentId: string): Promise<void>
  removeNetwork(environmentId: string): Promise<void>
  hasVolume(environmentId: string): Promise<boolean>
  removeVolume(environmentId: string): Promise<void>
  /** All that carries this instance's label, whether a row knows it or not. */
  listResources(): Promise<OwnedResource[]>
  /** Removes exactly this one; for what no row knows. */
  removeResource(resource: OwnedResource): Promise<void>
  /**
   * Follows what happens to this instance's containers, from `sinceMs` on (milliseconds since 1970) or from now, until the
   * stream is closed or `signal` aborts.
   */
  followEvents(
    sinceMs: number | null,
    onEvent: (event: RuntimeEvent) => void,
    signal: AbortSignal,
  ): Promise<RuntimeEventStream>
}

/** The engine does not answer, or answered with a failure of its own. */
export class RuntimeUnavailable extends Error {
  override name = 'RuntimeUnavailable'
  /** False when nothing was heard of it, so that trying again later can help. */
  readonly hasAnswered: boolean
  constructor(message: string, options: { hasAnswered: boolean; cause?: unknown }) {
    super(message, options)
    this.hasAnswered = options.hasAnswered
  }
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
