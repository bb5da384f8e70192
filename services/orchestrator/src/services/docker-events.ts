/** The engine's event stream (Engine API, "Monitor events"): one JSON object per line, for as long as it is read. */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { z } from 'zod'
import { label, ownFilter } from './docker-template.ts'
import type { RuntimeEvent, RuntimeEventStream } from './runtime.ts'

const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number(),
})

/** Only events of containers carry our labels; what happens to networks and volumes is seen by looking. */
const actions: Record<string, RuntimeEvent['action']> = {
  start: 'started',
  die: 'ended',
  oom: 'outOfMemory',
  destroy: 'removed',
}

/**
 * @param sinceMs Events after this moment come first, so that a new stream leaves no gap to an older one (to the
 * second: some come twice); null begins now.
 */
export async function followEngineEvents(
  docker: Docker,
  instanceId: string,
  sinceMs: number | null,
  onEvent: (event: RuntimeEvent) => void,
): Promise<RuntimeEventStream> {
  const stream = await docker.getEvents({
    filters: { type: ['container'], label: ownFilter(instanceId).label },
    ...(sinceMs === null ? {} : { since: Math.floor(sinceMs / 1000) }),
  })
  const lines = createInterface({ input: stream })
  // It repeats the stream's errors; unheard they would end the process.
  lines.on('error', () => {})
  lines.on('line', (line) => {
    const event = readEngineEvent(line)
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
export function readEngineEvent(line: string): RuntimeEvent | null {
  const parsed = EngineEvent.safeParse(parseJson(line))
  if (!parsed.success) return null
  const { Action, Actor, timeNano } = parsed.data
  const action = actions[Action]
  const environmentId = Actor.Attributes?.[label.environment]
  if (action === undefined || environmentId === undefined) return null
  return { environmentId, action, atMs: timeNano / 1e6 }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
