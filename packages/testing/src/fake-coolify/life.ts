/** How deployments go on by themselves: brought up to now whenever somebody looks. */
import {
  commitOf,
  newUuid,
  type FakeApplication,
  type FakeDeployment,
  type FakeLogEntry,
  type FakeWorld,
} from './world.ts'

const active = ['queued', 'in_progress']

export function isActive({ status }: FakeDeployment): boolean {
  return active.includes(status)
}

export type NewDeployment = Partial<
  Pick<FakeDeployment, 'pr' | 'force' | 'commit' | 'restartOnly' | 'rollback' | 'isApi' | 'isWebhook'>
>

export type Queued = { status: 'queued'; deployment: FakeDeployment } | { status: 'skipped' } | { status: 'queue_full' }

/** By Coolify's rules: one in the queue per commit, unless it is forced or a rollback, and only so many that wait. */
export function queueDeployment(world: FakeWorld, app: FakeApplication, given: NewDeployment): Queued {
  const { pr = 0, force = false, commit = 'HEAD', rollback = false } = given
  const others = world.deployments.filter((other) => isActive(other) && other.appUuid === app.uuid && other.pr === pr)
  if (!force && !rollback && others.some((other) => other.commit === commit)) return { status: 'skipped' }
  const waiting = world.deployments.filter(({ status }) => status === 'queued').length
  if (waiting >= world.switches.queueLimit) return { status: 'queue_full' }
  const deployment: FakeDeployment = {
    id: world.deployments.length + 1,
    uuid: newUuid(),
    appUuid: app.uuid,
    pr,
    force,
    commit,
    status: 'queued',
    isApi: given.isApi ?? false,
    isWebhook: given.isWebhook ?? false,
    restartOnly: given.restartOnly ?? false,
    rollback,
    createdAt: Date.now(),
    startedAt: null,
    endedAt: null,
    finishedAt: null,
    logs: [],
    life: { ...world.life },
  }
  world.deployments.push(deployment)
  return { status: 'queued', deployment }
}

/** Brings every deployment up to `now`. */
export function advance(world: FakeWorld, now = Date.now()): void {
  for (const deployment of world.deployments) {
    const app = world.applications.find(({ uuid }) => uuid === deployment.appUuid)
    if (app === undefined) continue
    startIfDue(world, deployment, now)
    if (deployment.status === 'in_progress') goOn(deployment, app, now)
    if (deployment.endedAt !== null) finishLate(deployment, now)
  }
}

function startIfDue(world: FakeWorld, deployment: FakeDeployment, now: number): void {
  const { life, createdAt, appUuid, pr } = deployment
  if (deployment.status !== 'queued' || life.hold === 'queued' || now - createdAt < life.queuedMs) return
  const isBusy = world.deployments.some(
    (other) => other.status === 'in_progress' && other.appUuid === appUuid && other.pr === pr,
  )
  if (isBusy) return
  deployment.status = 'in_progress'
  deployment.startedAt = now
}

function goOn(deployment: FakeDeployment, app: FakeApplication, now: number): void {
  const { life, logs } = deployment
  const script = toScript(deployment, app)
  const due = Math.min(script.length, Math.floor((now - (deployment.startedAt ?? now)) / Math.max(life.lineMs, 1)))
  while (logs.length < due) logs.push(toEntry(script[logs.length] ?? {}, logs.length, now))
  // The first command asks the Git host for the commit.
  if (logs.length > 0 && deployment.commit === 'HEAD') {
    deployment.commit = app.gitCommitSha === 'HEAD' ? commitOf(app.gitRepository, app.gitBranch) : app.gitCommitSha
  }
  if (logs.length < script.length || life.hold === 'in_progress') return
  deployment.status = life.outcome
  deployment.endedAt = now
  if (life.outcome === 'finished') keepImage(app, deployment)
}

/** The status is set first, the last lines come later, and `finished_at` later still. */
function finishLate(deployment: FakeDeployment, now: number): void {
  const { life, logs, endedAt } = deployment
  if (endedAt === null || deployment.status === 'cancelled-by-user' || deployment.startedAt === null) return
  const last = 'Deployment failed: the build ended with 1.'
  const isDue = now - endedAt >= life.lateMs
  if (isDue && deployment.status === 'failed' && logs.length > 0 && logs.at(-1)?.output !== last) {
    logs.push(toEntry({ output: last, type: 'stderr', batch: 1 }, logs.length, now))
  }
  if (now - endedAt >= life.lateMs * 2) deployment.finishedAt ??= now
}

function toScript({ life }: FakeDeployment, app: FakeApplication): Partial<FakeLogEntry>[] {
  return [
    { output: `Starting deployment of ${app.gitRepository}:${app.gitBranch} to localhost.` },
    { output: 'ref', command: `git ls-remote https://x-access-token:ghs_hidden@host/${app.gitBranch}`, hidden: true },
    ...life.lines.map((output) => ({ output })),
  ]
}

function toEntry(entry: Partial<FakeLogEntry>, index: number, now: number): FakeLogEntry {
  return {
    command: null,
    output: '',
    type: 'stdout',
    timestamp: new Date(now).toISOString(),
    hidden: false,
    // Of the command; what Coolify itself says is always of the first.
    batch: index + 1,
    // A first entry has none.
    ...(index === 0 ? {} : { order: index + 1 }),
    ...entry,
  }
}

function keepImage(app: FakeApplication, { commit, endedAt }: FakeDeployment): void {
  const others = app.images.filter(({ tag }) => tag !== commit).map((image) => ({ ...image, isCurrent: false }))
  app.status = 'running:healthy'
  app.images = [{ tag: commit, createdAt: toDockerTime(endedAt ?? 0), isCurrent: true }, ...others]
}

/** As `docker images` prints it. */
function toDockerTime(time: number): string {
  return new Date(time).toISOString().replace(/^(.+)T(.+)\.\d+Z$/, '$1 $2 +0000 UTC')
}
