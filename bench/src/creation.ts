/**
 * Time to interactive: from the create call to the output of a first command in a terminal, with and without a clone
 * of this project's own repository. Interleaved, so that both see the same machine.
 */
import { openTerminal } from '@craftastic/testing/terminal-client'
import type { ApiClient } from '@craftastic/testing/api-client'
import type { GitServer } from '@craftastic/testing/git-server'
import { summarize, time, type Summary } from './samples.ts'

const rounds = 10

export type CreationResult = { withClone: Summary; withoutClone: Summary }

export async function measureCreation(api: ApiClient, git: GitServer): Promise<CreationResult> {
  const withClone: number[] = []
  const withoutClone: number[] = []
  for (let round = 0; round < rounds; round++) {
    withClone.push(await createAndRun(api, { name: `clone ${round}`, repositoryUrl: git.projectUrl }))
    withoutClone.push(await createAndRun(api, { name: `empty ${round}` }))
  }
  return { withClone: summarize(withClone), withoutClone: summarize(withoutClone) }
}

async function createAndRun(api: ApiClient, input: Record<string, unknown>): Promise<number> {
  let environmentId = ''
  const elapsed = await time(async () => {
    const environment = await api.createEnvironment(input)
    environmentId = environment.id
    const session = await api.createSession({ environmentId })
    const terminal = await openTerminal({
      baseUrl: api.baseUrl,
      accessToken: api.accessToken ?? '',
      sessionId: session.id,
    })
    // The input waits on the server for the shell; the expected text is not in what is typed.
    terminal.type('echo first-$((40 + 2))\r')
    await terminal.waitFor(/first-42/)
    terminal.socket.terminate()
  })
  await api.deleteEnvironment(environmentId)
  return elapsed
}
