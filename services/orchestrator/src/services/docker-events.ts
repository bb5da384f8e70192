/** The engine's event stream (Engine API, "Monitor events"): one JSON object per line, for as long as it is read. */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { z } from 'zod'
import { label, resourceName } from './docker-template.ts'
import type { RuntimeEvent, RuntimeEventStream } from './runtime.ts'

const EngineEvent = z.object({
  Action: z.string(),
  Type: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number(),
})

/** What happens to volumes is seen by looking. */
const actions: Record<string, RuntimeEvent['action']> = {
  start: 'started',
  die: 'ended',
  oom: 'outOfMemory',
  destroy: 'removed',
}

export type FollowOptions = {
  instanceId: string
  /**
   * Events after this moment come first, so that a new stream leaves no gap to an older one (to the second: some come
   * twice); null begins now.
   */
  sinceMs: number | null
  onEvent: (event: RuntimeEvent) => void
  /** Ends the stream, and the request for one that has not come. */
  signal: AbortSignal
}

export async function followEngineEvents(
  docker: Docker,
  { instanceId, sinceMs, onEvent, signal }: FollowOptions,
): Promise<RuntimeEventStream> {
  const options: Docker.GetEventsOptions & { abortSignal: AbortSignal } = {
    // Missing in its types.
    abortSignal: signal,
    // Events of networks carry no labels, so there is no filter for ours.
    filters: { type: ['container', 'network'], event: Object.keys(actions) },
    ...(sinceMs === null ? {} : { since: Math.floor(sinceMs / 1000) }),
  }
  const stream = await docker.getEvents(options)
  const lines = createInterface({ input: stream })
  // It repeats the stream's errors; unheard they would end the process.
  lines.on('error', () => {})
  lines.on('line', (line) => {
    const event = readEngineEvent(line, instanceId)
    if (event !== null) onEvent(event)
  })
  const ended = new Promise<void>((resolve) => {
    stream.on('close', resolve)
    stream.on('end', resolve)
    // Its end tells enough: whoever follows opens another one.
    stream.on('error', () => resolve())
  })
  return {
    ended,
    close: () => {
      lines.close()
      if (stream instanceof Readable) stream.destroy()
    },
  }
}

/** Null for events that tell nothing here. */
export function readEngineEvent(line: string, instanceId: string): RuntimeEvent | null {
  const parsed = EngineEvent.safeParse(parseJson(line))
  if (!parsed.success) return null
  const { Type, Action, Actor, timeNano } = parsed.data
  const action = actions[Action]
  const attributes = Actor.Attributes ?? {}
  const environmentId = Type === 'network' ? environmentOf(attributes.name ?? '') : attributes[label.environment]
  if (action === undefined || environmentId === undefined) return null
  if (Type === 'container' && attributes[label.instance] !== instanceId) return null
  return { environmentId, action, atMs: timeNano / 1e6 }
}

/** A network of another installation counts as well: looking once too often does no harm. */
function environmentOf(resource: string): string | undefined {
  const prefix = resourceName('')
  return resource.startsWith(prefix) ? resource.slice(prefix.length) : undefined
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
