/**
 * `npm run bench:terminal`: our terminal beside its floors (a tmux client on an exec stream, and on an SSH channel, with
 * no web part), beside what any web part costs, and beside ttyd when it is on the PATH, in one run, taking turns.
 * `-- --write` keeps the tables.
 */
import type { Session } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { admin, startServer } from '@craftastic/testing/server-process'
import { publish, say } from '../publish.ts'
import type { Summary } from '../samples.ts'
import { measureAttach } from './attach.ts'
import { measureEcho } from './echo.ts'
import { enginePeer } from './engine-peer.ts'
import { measureFlood, startNeighbour } from './flood.ts'
import { measureCapacity, measureMemory, shapes } from './load.ts'
import type { Peer } from './peer.ts'
import { serverPeer } from './server-peer.ts'
import { socketPeer } from './socket-peer.ts'
import { sshPeer } from './ssh-peer.ts'
import { ttydPeer } from './ttyd-peer.ts'

// The product's default of half a core would measure the limit, not the server.
const server = await startServer({ SANDBOX_CPU_LIMIT: '2', SANDBOX_MEMORY_LIMIT: '2g', LOG_LEVEL: 'warn' })
const ttyd = ttydPeer()
const socket = await socketPeer()
try {
  const api = await ApiClient.signIn(server.baseUrl, admin)
  const { id: environmentId } = await api.createEnvironment({ name: 'bench' })
  const ours = serverPeer(api)
  const sessions: Session[] = []
  while (sessions.length < 100) sessions.push(await api.createSession({ environmentId }))
  say('memory …')
  const memory = await measureMemory(sessions, ours, server.pid, [0, 1, 20, 100])
  const ssh = await sshPeer(environmentId)
  const peers = [ours, ssh.peer, enginePeer(), ...(ttyd === null ? [] : [ttyd.peer])]
  say('attach …')
  const attach = await measureAttach(api, environmentId, [...peers, socket.peer], 30)
  say('echo …')
  const idle = await measureEcho(api, environmentId, [...peers, socket.peer], 1000)
  say('echo beside a flood …')
  const stopNeighbour = await startNeighbour(api, ours)
  const beside = await measureEcho(api, environmentId, peers, 300)
  await stopNeighbour()
  say('25 MB …')
  const flood = await measureFlood(api, environmentId, peers, 3)
  say('many terminals …')
  const counts = [20, 40, 60, 80, 100]
  const capacity = []
  for (const shape of shapes) {
    const served = await measureCapacity(api, sessions, ours, shape, counts)
    const floor = await measureCapacity(api, sessions, ssh.peer, shape, counts)
    capacity.push(...served.map((result, index) => ({ ...result, shape: shape.name, floor: floor[index]?.echo })))
  }
  ssh.close()

  const first = memory[0]?.rssBytes ?? 0
  const cost = memory.map(({ terminals, rssBytes }) => {
    const each = terminals === 0 ? '' : ((rssBytes - first) / terminals / 1024).toFixed(0)
    return `| ${terminals} | ${(rssBytes / 1024 ** 2).toFixed(1)} | ${each} |`
  })
  const columns = [...peers, socket.peer]
  const table = `| figure (ms) | ${columns.map(({ name }) => name).join(' | ')} |
|---|${columns.map(() => '---|').join('')}
${rows('open → redraw', columns, attach)}
${rows('echo, idle', columns, idle)}
${rows("echo, a neighbour's `yes` read through the server", columns, beside)}
${rows('`seq 1 3000000` (25.9 MB) to its end mark', columns, flood)}

| idle terminals attached | server RSS, MiB | KiB each |
|---|---|---|
${cost.join('\n')}

| terminals at 40 KB/s each | echo p50 | p95 | p99 | floor: SSH channel, p50 | p95 | p99 |
|---|---|---|---|---|---|---|
${capacity.map((row) => `| ${row.terminals}, ${row.shape} | ${shares(row.echo)} | ${shares(row.floor)} |`).join('\n')}
`
  const byName = (figures: Map<Peer, Summary>) =>
    Object.fromEntries([...figures].map(([peer, summary]) => [peer.name, summary]))
  const results = { attach: byName(attach), idle: byName(idle), beside: byName(beside), flood: byName(flood) }
  await publish('terminal', { ...results, memory, capacity }, table)
} finally {
  ttyd?.close()
  socket.close()
  await server.remove()
}

function rows(name: string, peers: readonly Peer[], figures: Map<Peer, Summary>): string {
  return (['p50', 'p95', 'p99'] as const)
    .map((share) => `| ${name}, ${share} | ${peers.map((peer) => figure(figures.get(peer)?.[share])).join(' | ')} |`)
    .join('\n')
}

function shares(echo: Summary | undefined): string {
  return [echo?.p50, echo?.p95, echo?.p99].map(figure).join(' | ')
}

function figure(value: number | undefined): string {
  if (value === undefined) return ''
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
