/**
 * What an operator's monitoring reads at `/metrics`, in the text format of Prometheus. The domain counts through the
 * verbs here and does not know the format. What the database and the disk say is read at each scrape; a part that
 * does not answer is left out, so that a scrape works when other things do not.
 */
import { DeploymentStatus, EnvironmentStatus, type OperationKind, type OperationState } from '@craftastic/contract'
import type { Kysely } from 'kysely'
import { collectDefaultMetrics, Counter, Histogram, prometheusContentType, Registry } from 'prom-client'
import type { DB } from './database-types.ts'
import { addScrapedGauge, type Reading } from './scraped-gauge.ts'

export type Metrics = ReturnType<typeof createMetrics>

export const metricsMediaType = prometheusContentType

export type EngineCallOutcome = 'ok' | 'failed'

/** Seconds. A clone takes minutes; every operation has a deadline. */
const operationBuckets = [0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600]
/** Seconds. Stopping a container waits for its programs. */
const engineCallBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Seconds. A request may wait for long work, two minutes at the most. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]

const unsettledStates = ['queued', 'running'] as const satisfies readonly OperationState[]
type SettledState = Exclude<OperationState, (typeof unsettledStates)[number]>

/** One for each server: nothing is shared through the module. */
export function createMetrics({ db }: { db: Kysely<DB> }) {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })

  const operations = new Counter({
    name: 'craftastic_operations_total',
    help: 'Operations that settled.',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const operationDuration = new Histogram({
    name: 'craftastic_operation_duration_seconds',
    help: 'Time from the start of an operation until it settled.',
    labelNames: ['kind', 'outcome'],
    buckets: operationBuckets,
    registers,
  })
  const engineCalls = new Histogram({
    name: 'craftastic_engine_call_duration_seconds',
    help: 'Time that calls to the container engine took.',
    labelNames: ['call', 'outcome'],
    buckets: engineCallBuckets,
    registers,
  })
  const repairs = new Counter({
    name: 'craftastic_reconciler_repairs_total',
    help: 'Differences between the database and the container engine that were mended.',
    labelNames: ['repair'],
    registers,
  })
  const requests = new Histogram({
    name: 'craftastic_http_request_duration_seconds',
    help: 'Time that HTTP requests took, by the pattern of their route.',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers,
  })
  addScrapedGauge({
    name: 'craftastic_environments',
    help: 'Environments by status.',
    labelNames: ['status'],
    register,
    read: () => countEnvironments(db),
  })
  addScrapedGauge({
    name: 'craftastic_deployments',
    help: 'Deployments by status.',
    labelNames: ['status'],
    register,
    read: () => countDeployments(db),
  })
  addScrapedGauge({
    name: 'craftastic_queue_depth',
    help: 'Operations that are queued or running, of all servers.',
    labelNames: ['state'],
    register,
    read: () => countUnsettledOperations(db),
  })

  /** A number that this server knows, read when it is asked for. */
  const addCount = (name: string, help: string, count: () => number): void =>
    addScrapedGauge({ name, help, labelNames: [], register, read: async () => [{ labels: {}, value: count() }] })

  return {
    /** @param seconds Since its start; 0 for one that settled before. */
    countOperation(kind: OperationKind, outcome: SettledState, seconds: number): void {
      operations.inc({ kind, outcome })
      operationDuration.observe({ kind, outcome }, seconds)
    },

    timeEngineCall(call: string, outcome: EngineCallOutcome, seconds: number): void {
      engineCalls.observe({ call, outcome }, seconds)
    },

    /** @param repair What was mended, one of few words: it is a label. */
    countRepair(repair: string): void {
      repairs.inc({ repair })
    },

    /** @param route Its pattern: a path would make a series of its own for each id. */
    timeRequest(method: string, route: string, status: number, seconds: number): void {
      requests.observe({ method, route, status }, seconds)
    },

    /** Where the number of attached terminals of this server is read. Once. */
    watchTerminals: (countAttached: () => number): void =>
      addCount('craftastic_terminals_attached', 'Terminals that are attached through this server.', countAttached),

    /** Where the number of open control connections of this server is read. Once. */
    watchControlConnections: (countOpen: () => number): void =>
      addCount(
        'craftastic_control_connections_open',
        'Control connections to tmux that this server has open.',
        countOpen,
      ),

    /** Where the number of working trees is read that this server watches. Once. */
    watchGitWatches: (countOpen: () => number): void =>
      addCount('craftastic_git_watches_open', 'Working trees that this server watches for changes.', countOpen),

    /** Where the number of tmux clients is read that this server has started and lost. Once. */
    watchOrphanedClients: (countOrphaned: () => number): void =>
      addCount(
        'craftastic_tmux_clients_orphaned',
        'Clients of tmux that this server has started and that no viewer belongs to, as last seen.',
        countOrphaned,
      ),

    /** Where the free bytes of the engine's disk are read; null is unknown. Once. */
    watchDisk(readFreeBytes: () => Promise<number | null>): void {
      addScrapedGauge({
        name: 'craftastic_disk_free_bytes',
        help: 'Free bytes where the container engine keeps its data.',
        labelNames: [],
        register,
        read: async () => {
          const value = await readFreeBytes()
          return value === null ? [] : [{ labels: {}, value }]
        },
      })
    },

    /** Everything as text, of the type `metricsMediaType`. */
    render: () => register.metrics(),
  }
}

/** Zeros included: a series that comes and goes cannot be added up. */
async function countEnvironments(db: Kysely<DB>): Promise<Reading<'status'>[]> {
  const rows = await db
    .selectFrom('environments')
    .select(['status', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const counts = new Map(rows.map((row) => [row.status, row.count]))
  return EnvironmentStatus.options.map((status) => ({ labels: { status }, value: counts.get(status) ?? 0 }))
}

async function countDeployments(db: Kysely<DB>): Promise<Reading<'status'>[]> {
  const rows = await db
    .selectFrom('deployments')
    .select(['status', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const counts = new Map(rows.map((row) => [row.status, row.count]))
  return DeploymentStatus.options.map((status) => ({ labels: { status }, value: counts.get(status) ?? 0 }))
}

async function countUnsettledOperations(db: Kysely<DB>): Promise<Reading<'state'>[]> {
  const rows = await db
    .selectFrom('operations')
    .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
    .where('state', 'in', unsettledStates)
    .groupBy('state')
    .execute()
  const counts = new Map(rows.map((row) => [row.state, row.count]))
  return unsettledStates.map((state) => ({ labels: { state }, value: counts.get(state) ?? 0 }))
}
