/**
 * `npm run bench:load`: 100 creates at once by 10 users, with people at work meanwhile: each user's page is read again
 * and again until the last create of all has settled. Measured are the answers of the API; afterwards engine and
 * database must agree, or this fails.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Environment, EnvironmentList } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { listLeftovers } from '@craftastic/testing/engine-leftovers'
import { admin, startServer } from '@craftastic/testing/server-process'
import { publish, say } from './publish.ts'
import { summarize, time, type Summary } from './samples.ts'
import { createUsers, signInPatiently } from './users.ts'

const userCount = 10
const environmentsPerUser = 10
const pageEveryMs = 250

const server = await startServer({ LOG_LEVEL: 'warn' })
try {
  const users = await createUsers(await signInPatiently(server.baseUrl, admin), userCount)
  // A server that has just started compiles its code; people meet one that has been in use.
  await Promise.all(
    users.map(async (user) => user.deleteEnvironment((await user.createEnvironment({ name: 'before' })).id)),
  )
  say(`${userCount * environmentsPerUser} creates at once by ${userCount} users …`)
  const creates: number[] = []
  const reads: number[] = []
  const startedAt = performance.now()
  const accepted = users.flatMap((user, index) =>
    Array.from({ length: environmentsPerUser }, async (_, number) => {
      const body = { name: `load ${index}-${number}` }
      creates.push(await time(() => user.expect(202, Environment, 'POST', '/api/environments', { body })))
    }),
  )
  const unsettled = new Set(users)
  const pages = users.map((user) => readPage(user, unsettled, reads))
  await Promise.all(accepted)
  await Promise.all(pages)
  const seconds = (performance.now() - startedAt) / 1000
  const environments = (await Promise.all(users.map(list))).flat()
  const disagreements = compare(environments, await listLeftovers(server.instanceId))

  const deleteStartedAt = performance.now()
  await Promise.all(
    users.map(async (user) => Promise.all((await list(user)).map(({ id }) => user.deleteEnvironment(id)))),
  )
  const deleteSeconds = (performance.now() - deleteStartedAt) / 1000
  const left = await listLeftovers(server.instanceId)

  const all = summarize([...creates, ...reads])
  const running = environments.filter(({ status }) => status === 'running').length
  const explained = environments.filter(
    ({ status, statusReason }) => status === 'error' && statusReason !== null,
  ).length
  const results = { seconds, deleteSeconds, running, explained, creates, reads, disagreements, left }
  await publish(
    'load',
    results,
    `${userCount * environmentsPerUser} creates: ${running} running, ${explained} failed with a reason, all settled after \
${seconds.toFixed(0)} s; all deleted again ${deleteSeconds.toFixed(0)} s later. Engine and database disagree in \
${disagreements.length} places; ${left.length} things are left.

| answers meanwhile (ms) | samples | p50 | p95 | p99 |
|---|---|---|---|---|
${row('POST /api/environments, all at once', summarize(creates))}
${row("GET a user's environments", summarize(reads))}
${row('all', all)}
`,
  )
  const isSound = running + explained === userCount * environmentsPerUser && disagreements.length + left.length === 0
  if (!isSound) process.exitCode = 1
} finally {
  await server.remove()
}

async function list(user: ApiClient): Promise<Environment[]> {
  return (await user.expect(200, EnvironmentList, 'GET', `/api/environments/user/${user.userId}`)).environments
}

async function readPage(user: ApiClient, unsettled: Set<ApiClient>, reads: number[]): Promise<void> {
  while (unsettled.size > 0) {
    let environments: Environment[] = []
    reads.push(await time(async () => (environments = await list(user))))
    const isSettled = environments.every(({ status }) => status === 'running' || status === 'error')
    if (isSettled && environments.length === environmentsPerUser) unsettled.delete(user)
    await sleep(pageEveryMs)
  }
}

/** Each that runs has one container, network and volume of its name; nothing else is there. */
function compare(environments: readonly Environment[], resources: readonly string[]): string[] {
  const expected = environments
    .filter(({ status }) => status === 'running')
    .flatMap(({ id }) => ['container', 'network', 'volume'].map((kind) => `${kind} craftastic-${id}`))
  const missing = expected.filter((name) => !resources.includes(name)).map((name) => `missing: ${name}`)
  const extra = resources.filter((name) => !expected.includes(name)).map((name) => `extra: ${name}`)
  return [...missing, ...extra]
}

function row(name: string, { count, p50, p95, p99 }: Summary): string {
  return `| ${name} | ${count} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${p99.toFixed(1)} |`
}
