/**
 * What must be done so that the engine and the rows agree again: a pure comparison of both. Rows are read before the
 * engine is asked, and every repair names the generation that it saw, so a repair that something else has overtaken
 * does nothing.
 */
import type { OwnedResource } from '../services/runtime.ts'
import { operationGoals } from './operation-steps.ts'
import type { EnvironmentRow, OperationRow } from './present.ts'

type EnvironmentFacts = Pick<
  EnvironmentRow,
  'id' | 'status' | 'desired_state' | 'generation' | 'container_id' | 'updated_at'
>
type OperationFacts = Pick<OperationRow, 'id' | 'environment_id' | 'kind' | 'state' | 'deadline_at'>

export type Facts = {
  environments: readonly EnvironmentFacts[]
  /** Those that are not settled. */
  operations: readonly OperationFacts[]
  /** Operations whose job runs or will run soon. */
  liveJobs: ReadonlySet<string>
  /** Of these the ones that some server has begun. */
  runningJobs: ReadonlySet<string>
  /** Environments that could not be brought back, and for which that may be tried again. */
  unrecovered: ReadonlySet<string>
  resources: readonly OwnedResource[]
  /** By the database's clock. */
  nowMs: number
}

export type Repair = { environmentId: string; generation: number } & (
  | {
      /** It is meant to run and does not. */
      repair: 'recover'
      lost: 'container' | 'network'
    }
  /** It could not be brought back, which may have been the moment's fault. */
  | { repair: 'recoverAgain' }
  /** It has more networks than one: a server that was stalled between asking and making one has made another. */
  | { repair: 'untangle' }
  /** It runs and is not meant to. */
  | { repair: 'stop' }
  /** Its start failed and something of it still runs. */
  | { repair: 'tidy' }
  /** An earlier delete failed. */
  | { repair: 'delete' }
  /** Its work is not settled and nobody has the job. */
  | { repair: 'resume'; operationId: string }
  /** Nobody has ended its work in time. */
  | { repair: 'giveUp'; operationId: string }
  /** It is said to run, nobody here has asked for that, and nothing does: it comes from the previous generation. */
  | { repair: 'settle' }
  /** Its container is another one than the row says. */
  | { repair: 'adopt'; containerId: string }
)

/** How far past its deadline work may be before somebody else ends it: its own server does so first. */
const deadlineGraceMs = 30_000
/** Between two attempts to delete, stop or bring back what could not be. */
const secondAttemptMs = 30_000

export function planRepairs(facts: Facts): Repair[] {
  const unsettled = new Map(facts.operations.map((operation) => [operation.environment_id, operation]))
  const byEnvironment = Map.groupBy(facts.resources, ({ environmentId }) => environmentId)
  return facts.environments.flatMap((environment) => {
    const { id: environmentId, generation } = environment
    const repair =
      planWork(environment, unsettled.get(environmentId), facts) ??
      (unsettled.has(environmentId) ? null : planState(environment, byEnvironment.get(environmentId) ?? [], facts))
    return repair === null ? [] : [{ environmentId, generation, ...repair }]
  })
}

type Plan<T = Repair> = T extends Repair ? Omit<T, 'environmentId' | 'generation'> : never

/** Work that is under way is left alone unless it is stuck. */
function planWork(
  environment: EnvironmentFacts,
  operation: OperationFacts | undefined,
  { liveJobs, runningJobs, nowMs }: Facts,
): Plan | null {
  if (operation === undefined) {
    const isPassing = Object.values(operationGoals).some(({ passing }) => passing === environment.status)
    if (!isPassing) return null
    if (environment.status === 'deleting') return { repair: 'delete' }
    return environment.desired_state === 'stopped' ? { repair: 'stop' } : { repair: 'recover', lost: 'container' }
  }
  const isLate = operation.deadline_at !== null && nowMs > operation.deadline_at.getTime() + deadlineGraceMs
  const isLive = liveJobs.has(operation.id)
  if (!isLive) return { repair: 'resume', operationId: operation.id }
  // What waits to be run again gets another deadline then.
  return isLate && runningJobs.has(operation.id) ? { repair: 'giveUp', operationId: operation.id } : null
}

/** Nothing is under way: is what was last said true? */
function planState(
  environment: EnvironmentFacts,
  resources: readonly OwnedResource[],
  { nowMs, unrecovered }: Facts,
): Plan | null {
  const container = resources.find((resource) => resource.kind === 'container')
  const networks = resources.filter((resource) => resource.kind === 'network').map(({ id }) => id)
  const isRunning = container?.kind === 'container' && container.running
  const mayTryAgain = nowMs - environment.updated_at.getTime() > secondAttemptMs
  if (environment.status === 'running' && environment.desired_state === 'stopped') {
    return { repair: container === undefined ? 'settle' : 'stop' }
  }
  if (environment.status === 'running') {
    if (container?.kind !== 'container' || !container.running) return { repair: 'recover', lost: 'container' }
    if (!networks.some((id) => id === container.networkId)) return { repair: 'recover', lost: 'network' }
    if (networks.length > 1) return { repair: 'untangle' }
    return container.id === environment.container_id ? null : { repair: 'adopt', containerId: container.id }
  }
  if (environment.status === 'error' && environment.desired_state === 'deleted') {
    return mayTryAgain ? { repair: 'delete' } : null
  }
  if (environment.status === 'error' && environment.desired_state === 'running') {
    if (isRunning) return { repair: 'tidy' }
    return mayTryAgain && unrecovered.has(environment.id) ? { repair: 'recoverAgain' } : null
  }
  if (isRunning && environment.desired_state === 'stopped') {
    return environment.status === 'stopped' || mayTryAgain ? { repair: 'stop' } : null
  }
  return null
}

/**
 * What no row knows: strays, which may go, and what is kept. `known` are all environments there are, read after the engine was asked: a row is always there before its resources.
 * A volume may hold somebody's work; it goes only when its environment was deleted on purpose, and never because rows
 * are missing, as with a database that was reset or restored.
 */
export function findStrays(
  resources: readonly OwnedResource[],
  known: ReadonlySet<string>,
  deleted: ReadonlySet<string>,
): { strays: OwnedResource[]; kept: OwnedResource[] } {
  const unknown = resources.filter(({ environmentId }) => !known.has(environmentId))
  const isKept = ({ kind, environmentId }: OwnedResource) => kind === 'volume' && !deleted.has(environmentId)
  return {
    // Containers first: networks and volumes that are in use cannot be removed.
    strays: unknown
      .filter((resource) => !isKept(resource))
      .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    kept: unknown.filter(isKept),
  }
}

const order: readonly OwnedResource['kind'][] = ['container', 'network', 'volume']
