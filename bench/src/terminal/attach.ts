/** From opening the way to the redraw of a session that exists. */
import type { ApiClient } from '@craftastic/testing/api-client'
import { summarize, type Summary } from '../samples.ts'
import { waitForOutput, type Peer } from './peer.ts'

export async function measureAttach(
  api: ApiClient,
  environmentId: string,
  peers: readonly Peer[],
  rounds: number,
): Promise<Map<Peer, Summary>> {
  const session = await api.createSession({ environmentId })
  const taken = new Map(peers.map((peer): [Peer, number[]] => [peer, []]))
  // The first of each brings up what is shared afterwards.
  for (let round = 0; round <= rounds; round++) {
    for (const [peer, times] of taken) {
      const startedAt = performance.now()
      const terminal = await peer.open(session)
      await waitForOutput(terminal, '$ ')
      if (round > 0) times.push(performance.now() - startedAt)
      terminal.close()
    }
  }
  return new Map([...taken].map(([peer, times]) => [peer, summarize(times)]))
}
