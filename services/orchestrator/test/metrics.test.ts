import { randomUUID } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMetrics } from '../src/lib/metrics.ts'
import { openDatabase } from '../src/lib/database.ts'
import { createEnvironmentRow, createUser, signIn } from './harness/builders.ts'
import { expectProblem } from './harness/http.ts'
import { buildTestApp, useTestApp } from './harness/test-app.ts'

const token = 'a-token-of-the-operator'
const server = useTestApp({ env: { METRICS_TOKEN: token, TRUST_PROXY: 'loopback' } })

function scrape(options: InjectOptions = {}) {
  return server().app.inject({ url: '/metrics', ...options })
}

/** The series of a text in the format of Prometheus, by name with labels. */
function readSeries(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

describe('/metrics', () => {
  it('is text that Prometheus reads, each name with its help and type', async () => {
    const answer = await scrape()
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const described = new Set(
      [...answer.body.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name),
    )
    for (const series of readSeries(answer.body).keys()) {
      const name = series.replace(/\{.*/, '')
      expect(described.has(name) || described.has(name.replace(/_(bucket|sum|count)$/, '')), series).toBe(true)
    }
    expect(described).toContain('process_resident_memory_bytes')
    expect(described).toContain('process_open_fds')
  })

  it('counts environments by status and operations in the queue, as the database has them', async () => {
    const { db } = server().database
    const user = await createUser(server())
    const [environmentId] = [
      await createEnvironmentRow(server(), user.id),
      await createEnvironmentRow(server(), user.id),
    ]
    await db
      .insertInto('operations')
      .values({ environment_id: environmentId, kind: 'start', state: 'queued' })
      .execute()
    const series = readSeries((await scrape()).body)
    expect(series.get('craftastic_environments{status="stopped"}')).toBe(2)
    expect(series.get('craftastic_environments{status="running"}')).toBe(0)
    expect(series.get('craftastic_queue_depth{state="queued"}')).toBe(1)
    expect(series.get('craftastic_queue_depth{state="running"}')).toBe(0)
  })

  it('times requests by the pattern of their route', async () => {
    const user = await signIn(server())
    const id = randomUUID()
    await server().app.inject({ url: `/api/environments/${id}?x=${id}`, headers: user.headers })
    await server().app.inject({ method: 'POST', url: `/nowhere/${id}` })
    const { body } = await scrape()
    expect(body).not.toContain(id)
    const count = (labels: string) => readSeries(body).get(`craftastic_http_request_duration_seconds_count{${labels}}`)
    expect(count('method="GET",route="/api/environments/:environmentId",status="404"')).toBe(1)
    expect(count('method="POST",route="none",status="404"')).toBe(1)
  })
})

describe('access to /metrics', () => {
  const bearer = { authorization: `Bearer ${token}` }
  const elsewhere = { remoteAddress: '192.0.2.7' }

  it.each<[string, InjectOptions]>([
    ['a program on this machine', {}],
    ['one that names it by its IPv4 address', { headers: { host: '127.0.0.1:3000' } }],
    ['one that comes over IPv6', { remoteAddress: '::1', headers: { host: '[::1]:3000' } }],
    ['one that comes over a socket for both', { remoteAddress: '::ffff:127.0.0.1' }],
    ['the token from elsewhere', { ...elsewhere, headers: { ...bearer, host: 'craftastic.example.org' } }],
    ['the token through a proxy', { headers: { ...bearer, 'x-forwarded-for': '192.0.2.7' } }],
  ])('is for %s', async (_who, options) => {
    expect((await scrape(options)).statusCode).toBe(200)
  })

  it.each<[string, InjectOptions]>([
    ['another machine', elsewhere],
    ['another machine that claims to be this one', { ...elsewhere, headers: { 'x-forwarded-for': '127.0.0.1' } }],
    ['another machine through a proxy here', { headers: { 'x-forwarded-for': '192.0.2.7' } }],
    ['another machine through a proxy of the newer kind', { headers: { forwarded: 'for=192.0.2.7' } }],
    ['another machine through a proxy that tells only the name', { headers: { host: 'craftastic.example.org' } }],
    ['a wrong token from elsewhere', { ...elsewhere, headers: { authorization: `Bearer ${token}x` } }],
    ['the token in another scheme', { ...elsewhere, headers: { authorization: `Basic ${token}` } }],
    ['a page on this machine under a name of its own', { headers: { host: 'rebound.example.org:3000' } }],
  ])('is not for %s', async (_who, options) => {
    const problem = expectProblem(await scrape(options), 'not_allowed', 403)
    expect(problem.detail).toContain('METRICS_TOKEN')
  })

  it('is not for an admin from elsewhere, and for nobody from there without a token', async () => {
    const admin = await signIn(server(), { role: 'admin' })
    expectProblem(await scrape({ ...elsewhere, headers: admin.headers }), 'not_allowed', 403)
    const untold = await buildTestApp()
    const headers = { authorization: 'Bearer null' }
    expectProblem(await untold.app.inject({ url: '/metrics', ...elsewhere, headers }), 'not_allowed', 403)
    await untold.close()
  })
})

describe('the metrics', () => {
  const metrics = () => createMetrics({ db: server().database.db })
  let series: Map<string, number>

  beforeAll(async () => {
    const counted = metrics()
    counted.countOperation('create', 'succeeded', 12)
    counted.countOperation('create', 'succeeded', 800)
    counted.countOperation('stop', 'failed', 1)
    counted.timeEngineCall('startContainer', 'ok', 0.2)
    counted.timeEngineCall('startContainer', 'failed', 5)
    counted.countRepair('container_removed')
    counted.watchTerminals(() => 3)
    counted.watchOrphanedClients(() => 2)
    counted.watchDisk(async () => 1234)
    series = readSeries(await counted.render())
  })

  it.each([
    ['craftastic_operations_total{kind="create",outcome="succeeded"}', 2],
    ['craftastic_operations_total{kind="stop",outcome="failed"}', 1],
    ['craftastic_operation_duration_seconds_sum{kind="create",outcome="succeeded"}', 812],
    ['craftastic_operation_duration_seconds_bucket{le="600",kind="create",outcome="succeeded"}', 1],
    ['craftastic_engine_call_duration_seconds_count{call="startContainer",outcome="ok"}', 1],
    ['craftastic_engine_call_duration_seconds_sum{call="startContainer",outcome="failed"}', 5],
    ['craftastic_reconciler_repairs_total{repair="container_removed"}', 1],
    ['craftastic_terminals_attached', 3],
    ['craftastic_tmux_clients_orphaned', 2],
    ['craftastic_disk_free_bytes', 1234],
  ])('have %s', (name, value) => {
    expect(series.get(name)).toBe(value)
  })

  it('leave out what is not known, and do not share anything', async () => {
    const fresh = metrics()
    fresh.watchDisk(async () => null)
    fresh.watchTerminals(() => {
      throw new Error('not now')
    })
    const names = [...readSeries(await fresh.render()).keys()]
    expect(names.filter((name) => /disk_free|terminals|operations_total\{|engine_call/.test(name))).toEqual([])
  })

  it('are there when the database is not', async () => {
    const unreachable = openDatabase('postgres://nobody@127.0.0.1:1/none')
    const counted = createMetrics({ db: unreachable.db })
    counted.countRepair('container_removed')
    const found = readSeries(await counted.render())
    expect(found.get('craftastic_reconciler_repairs_total{repair="container_removed"}')).toBe(1)
    expect([...found.keys()].filter((name) => /environments|queue_depth/.test(name))).toEqual([])
    await unreachable.close()
  })

  it('do not wait for a part that hangs', async () => {
    const hanging = metrics()
    hanging.watchDisk(() => new Promise(() => {}))
    const startedMs = performance.now()
    const found = readSeries(await hanging.render())
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    expect(found.has('craftastic_disk_free_bytes')).toBe(false)
  })
})
