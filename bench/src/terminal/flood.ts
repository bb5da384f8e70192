/** A flood: 25 MB of `seq` until its end mark is on the screen. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from '@craftastic/testing/api-client'
import { summarize, time, type Summary } from '../samples.ts'
import { waitForOutput, type Peer } from './peer.ts'

/** 25.9 MB with its line ends. */
const command = 'seq 1 3000000'

export async function measureFlood(
  api: ApiClient,
  environmentId: string,
  peers: readonly Peer[],
  rounds: number,
): Promise<Map<Peer, Summary>> {
  const taken = new Map(peers.map((peer): [Peer, number[]] => [peer, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [peer, times] of taken) {
      const session = await api.createSession({ environmentId })
      const terminal = await peer.open(session)
      await waitForOutput(terminal, '$ ')
      await sleep(300)
      // Put together by the shell, so that the typed line is not taken for the mark.
      const took = await time(() => {
        const ended = waitForOutput(terminal, 'flood-ended')
        terminal.write(`${command}; echo flood-''ended\r`)
        return ended
      })
      times.push(took)
      terminal.close()
      await api.request('DELETE', `/api/sessions/${session.id}`)
    }
  }
  return new Map([...taken].map(([peer, times]) => [peer, summarize(times)]))
}

/** `yes` in an environment of its own, read through the server, until it is stopped. */
export async function startNeighbour(api: ApiClient, peer: Peer): Promise<() => Promise<void>> {
  const environment = await api.createEnvironment({ name: 'neighbour' })
  const terminal = await peer.open(await api.createSession({ environmentId: environment.id }))
  await waitForOutput(terminal, '$ ')
  terminal.write('yes\r')
  await sleep(500)
  return async () => {
    terminal.close()
    await api.deleteEnvironment(environment.id)
  }
}
