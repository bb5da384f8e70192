/** The log of a deployment, read on from where it was read last. */
import { DeploymentLog, type Deployment, type DeploymentLine } from '@craftastic/contract'
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { request } from './client'
import { deploymentKeys } from './keys'

export interface ReadLog {
  lines: readonly DeploymentLine[]
  lastSequence: number
  /** Nothing more will come. */
  complete: boolean
  /** Its end was not kept. */
  truncated: boolean
  /** False where the server's token may not read logs. */
  logsReadable: boolean
}

const nothingRead: ReadLog = { lines: [], lastSequence: 0, complete: false, truncated: false, logsReadable: true }

/** Until the last line is there, a missed event must not leave the page behind. */
const healMs = 5000

export const deploymentLogQuery = (deploymentId: string) =>
  queryOptions({
    queryKey: deploymentKeys.log(deploymentId),
    queryFn: async ({ signal, client, queryKey }) => {
      let log = client.getQueryData<ReadLog>(queryKey) ?? nothingRead
      for (;;) {
        const answer = await request('GET', `/api/deployment/logs/${deploymentId}?after=${log.lastSequence}`, {
          answer: DeploymentLog,
          signal,
        })
        log = readOn(log, answer)
        if (!answer.hasMore || answer.lines.length === 0) return log
        // A long log shows while the rest of it is on its way.
        client.setQueryData(queryKey, log)
      }
    },
    refetchInterval: ({ state }) => (state.data?.complete === false ? healMs : false),
    staleTime: 0,
    // Thousands of lines: comparing them one by one tells nothing, keeping them costs memory.
    structuralSharing: false,
    gcTime: 60_000,
  })

/** `log` with what came after it. Lines below `firstSequence` are void: Coolify wrote them anew. */
export function readOn(log: ReadLog, answer: DeploymentLog): ReadLog {
  const { lastSequence, complete, truncated, logsReadable } = answer
  const isVoid = (line: DeploymentLine | undefined) => line !== undefined && line.sequence < answer.firstSequence
  const kept = isVoid(log.lines[0]) ? log.lines.filter((line) => !isVoid(line)) : log.lines
  const newest = answer.lines.at(-1)?.sequence ?? (answer.hasMore ? log.lastSequence : lastSequence)
  return {
    lines: answer.lines.length === 0 ? kept : [...kept, ...answer.lines],
    lastSequence: Math.max(log.lastSequence, newest),
    complete: complete && !answer.hasMore,
    truncated,
    logsReadable,
  }
}

/** Reads on if `deployment` tells of lines that are not there yet. What is being read may have been asked for before. */
export async function readLogAgain(client: QueryClient, { id, metadata }: Deployment): Promise<void> {
  const queryKey = deploymentKeys.log(id)
  const isBehind = () => (client.getQueryData<ReadLog>(queryKey)?.lastSequence ?? 0) < metadata.lastSequence
  if (!isBehind()) return
  await client.invalidateQueries({ queryKey }, { cancelRefetch: false })
  if (isBehind()) await client.invalidateQueries({ queryKey })
}
