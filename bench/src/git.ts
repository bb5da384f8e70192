/**
 * `npm run bench:git`: the status of a repository with 50,000 changed files, half of them modified, half untracked, and
 * what else the page asks for. Another user's page is asked for all the while: what it waits is what the server was held up.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { GitStatus } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { admin, startServer } from '@craftastic/testing/server-process'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { publish, say } from './publish.ts'
import { summarize, time, type Summary } from './samples.ts'

const changedFiles = 50_000
const rounds = 15
const script = `mkdir many; cd many; git init -q .. 2>/dev/null; git config --global user.name B; git config --global user.email b@example.org
seq ${changedFiles / 2} | sed 's/.*/echo & >m&/' | sh; git add .; git commit -qm many
seq ${changedFiles / 2} | sed 's/.*/echo x >>m&/' | sh; seq ${changedFiles / 2} | sed 's/.*/: >new&/' | sh; cd ..; echo made-$((6 * 7))\r`

// The product's default of half a core would measure the limit, not the server.
const server = await startServer({ SANDBOX_CPU_LIMIT: '2', SANDBOX_MEMORY_LIMIT: '2g', LOG_LEVEL: 'warn' })
try {
  const api = await ApiClient.signIn(server.baseUrl, admin)
  const { id: environmentId } = await api.createEnvironment({ name: 'bench' })
  const { id: sessionId } = await api.createSession({ environmentId })
  const terminal = await openTerminal({ baseUrl: server.baseUrl, accessToken: api.accessToken ?? '', sessionId })
  say(`${changedFiles} files …`)
  terminal.type(script.replaceAll('\n', '; '))
  await terminal.waitFor(/made-42/, { timeoutMs: 300_000 })
  await terminal.close()

  const get = (what: string) => api.request('GET', `/api/git/${what}/${environmentId}`)
  const seen = await api.expect(200, GitStatus, 'GET', `/api/git/status/${environmentId}`)
  if (seen.files.length !== changedFiles) throw new Error(`${seen.files.length} files instead of ${changedFiles}`)
  say('status …')
  const quiet = await measureOthers(api, async () => sleep(2_000))
  const status: number[] = []
  const beside = await measureOthers(api, async () => {
    // Read as bytes, so that this process is not what is measured.
    for (let round = 0; round < rounds; round++) status.push(await time(() => readBytes(api, environmentId)))
  })
  say('diff, log, branches …')
  const others = new Map<string, Summary>()
  for (const what of ['diff', 'log', 'branches', 'stashes', 'discards']) {
    const samples: number[] = []
    for (let round = 0; round < rounds; round++) samples.push(await time(() => get(what)))
    others.set(what, summarize(samples))
  }
  const post = (verb: string) => api.request('POST', `/api/git/${verb}`, { body: { environmentId } })
  const stageMs = await time(() => post('stage'))
  const unstageMs = await time(() => post('unstage'))
  const table = `| figure (ms) | samples | p50 | p95 | p99 |
|---|---|---|---|---|
${row(`status of ${changedFiles} changed files`, summarize(status))}
${row('somebody else’s page meanwhile', beside)}
${row('the same page while nothing goes on', quiet)}
${[...others].map(([what, summary]) => row(what, summary)).join('\n')}

Staging all of them took ${stageMs.toFixed(0)} ms, unstaging them ${unstageMs.toFixed(0)} ms.
`
  await publish('git', { status, beside, quiet, others: Object.fromEntries(others), stageMs, unstageMs }, table)
} finally {
  await server.remove()
}

async function readBytes(api: ApiClient, environmentId: string): Promise<void> {
  const headers = { authorization: `Bearer ${api.accessToken ?? ''}` }
  const answer = await fetch(`${api.baseUrl}/api/git/status/${environmentId}`, { headers })
  const { byteLength } = await answer.arrayBuffer()
  if (answer.status !== 200 || byteLength === 0) throw new Error(`${answer.status} with ${byteLength} bytes`)
}

/** How long a small answer takes, again and again while `work` goes on. */
async function measureOthers(api: ApiClient, work: () => Promise<unknown>): Promise<Summary> {
  const samples: number[] = []
  const done = new AbortController()
  const asking = (async () => {
    while (!done.signal.aborted) {
      samples.push(await time(() => api.request('GET', '/api/auth/me')))
      await sleep(10)
    }
  })()
  await work()
  done.abort()
  await asking
  return summarize(samples)
}

function row(name: string, { count, p50, p95, p99 }: Summary): string {
  return `| ${name} | ${count} | ${[p50, p95, p99].map((value) => value.toFixed(1)).join(' | ')} |`
}
