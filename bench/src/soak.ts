/**
 * `npm run bench:soak -- --minutes 60`: a small team's day in an hour. Environments are made and deleted, stopped and
 * started; terminals come, work and drop. What must not grow is sampled once a minute from the server's own `/metrics`,
 * the process table and the engine, and the last third is compared with the first one after a warm-up.
 */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { Environment } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { listLeftovers } from '@craftastic/testing/engine-leftovers'
import { admin, startServer } from '@craftastic/testing/server-process'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { publish, say } from './publish.ts'
import { signInPatiently } from './users.ts'

const run = promisify(execFile)
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, write: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
const sampleEveryMs = Math.min(60_000, (minutes * 60_000) / 30)
/** An access token lives ten minutes. */
const signInEveryMs = 8 * 60_000

const figures = ['memoryBytes', 'fileDescriptors', 'heapBytes', 'execs', 'networks', 'tmuxClients'] as const
type Sample = Record<(typeof figures)[number], number>

const server = await startServer({ LOG_LEVEL: 'warn', SANDBOX_CPU_LIMIT: '2' })
const endsAt = performance.now() + minutes * 60_000
const counts = { created: 0, stopped: 0, terminals: 0, failures: 0 }
const samples: Sample[] = []
try {
  let api = await signInPatiently(server.baseUrl, admin)
  const { id: homeId } = await api.createEnvironment({ name: 'home' })
  const sessions = await Promise.all(
    [1, 2, 3].map((number) => api.createSession({ environmentId: homeId, name: `s${number}` })),
  )
  const refresh = setInterval(() => {
    void signInPatiently(server.baseUrl, admin).then((fresh) => (api = fresh))
  }, signInEveryMs)

  const whileItLasts = async (work: (round: number) => Promise<void>) => {
    for (let round = 0; performance.now() < endsAt; round++) {
      await work(round).catch((error: unknown) => {
        counts.failures += 1
        say(`failed: ${String(error)}`)
      })
    }
  }
  await Promise.all([
    whileItLasts((round) => churn(api, round)),
    whileItLasts(async (round) => useTerminal(api, sessions[round % sessions.length]?.id ?? '')),
    whileItLasts(async () => {
      await sleep(sampleEveryMs)
      samples.push(await takeSample(homeId))
      say(JSON.stringify({ ...samples.at(-1), ...counts }))
    }),
  ])
  clearInterval(refresh)
  await api.deleteEnvironment(homeId)
  await publish('soak', { minutes, counts, samples }, describe(await listLeftovers(server.instanceId)))
} finally {
  await server.remove()
}

/** One environment's life. */
async function churn(api: ApiClient, round: number): Promise<void> {
  const { id } = await api.createEnvironment({ name: `churn ${round}` })
  counts.created += 1
  const session = await api.createSession({ environmentId: id })
  await useTerminal(api, session.id)
  if (round % 3 === 0) {
    const headers = { prefer: 'wait=60' }
    await api.expect(200, Environment, 'POST', `/api/environments/${id}/stop`, { headers })
    await api.expect(200, Environment, 'POST', `/api/environments/${id}/start`, { headers })
    counts.stopped += 1
  }
  await api.deleteEnvironment(id)
}

/** Comes, works, and drops without a word as browsers do. */
async function useTerminal(api: ApiClient, sessionId: string): Promise<void> {
  const terminal = await openTerminal({ baseUrl: api.baseUrl, accessToken: api.accessToken ?? '', sessionId })
  const number = (counts.terminals += 1)
  terminal.type(`echo done-$((${number} + 1)); seq 2000 | tail -n 1\r`)
  await terminal.waitFor(new RegExp(`done-${number + 1}`))
  terminal.socket.terminate()
  await sleep(250)
}

async function takeSample(homeId: string): Promise<Sample> {
  const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text()
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
  const container = `craftastic-${homeId}`
  const [execs, networks, clients] = await Promise.all([
    run('docker', ['inspect', '-f', '{{len .ExecIDs}}', container]),
    run('docker', ['network', 'ls', '--quiet', '--filter', `label=craftastic.instance=${server.instanceId}`]),
    run('docker', [
      'exec',
      '--user',
      '1000:1000',
      container,
      'tmux',
      '-S',
      '/run/craftastic/tmux.sock',
      'list-clients',
    ]),
  ])
  const lines = (text: string) => text.split('\n').filter((line) => line !== '').length
  return {
    memoryBytes: read('process_resident_memory_bytes'),
    fileDescriptors: read('process_open_fds'),
    heapBytes: read('nodejs_heap_size_used_bytes'),
    execs: Number(execs.stdout),
    networks: lines(networks.stdout),
    tmuxClients: lines(clients.stdout),
  }
}

/** The first tenth warms up; of the rest the first and the last third are compared. */
function describe(left: readonly string[]): string {
  const warm = samples.slice(Math.ceil(samples.length / 10))
  const third = Math.max(1, Math.floor(warm.length / 3))
  const mean = (part: Sample[], name: keyof Sample) =>
    part.reduce((sum, sample) => sum + sample[name], 0) / Math.max(1, part.length)
  const rows = figures.map((name) => {
    const [first, last] = [mean(warm.slice(0, third), name), mean(warm.slice(-third), name)]
    const change = first === 0 ? last : (last / first - 1) * 100
    return `| ${name} | ${first.toFixed(1)} | ${last.toFixed(1)} | ${change.toFixed(1)} % |`
  })
  return `${minutes} minutes: ${counts.created} environments made and deleted, ${counts.stopped} stopped and started, \
${counts.terminals} terminals opened and dropped, ${counts.failures} failures; ${left.length} things left on the engine.

| figure | first third | last third | change |
|---|---|---|---|
${rows.join('\n')}
`
}
