/** What there is in the fake Coolify, and how much of Coolify's behaviour a test switches to its less friendly side. */
import { createHash, randomBytes } from 'node:crypto'

export interface FakeLogEntry {
  command?: string | null
  output: string
  type: 'stdout' | 'stderr'
  timestamp: string
  hidden: boolean
  batch: number
  order?: number
}

/** How a deployment goes. Times in ms. */
export interface FakeLife {
  /** Until it starts, if no other one of the application runs. */
  queuedMs: number
  /** Between two lines of its log. */
  lineMs: number
  lines: string[]
  outcome: 'finished' | 'failed'
  /** From the end until the last lines are there, and from those until `finished_at` is. */
  lateMs: number
  /** Stays in this status until a test lets it go on. */
  hold: 'queued' | 'in_progress' | null
}

export interface FakeApplication {
  uuid: string
  name: string
  status: string
  gitRepository: string
  gitBranch: string
  /** `HEAD`, or a commit that wins over the branch. */
  gitCommitSha: string
  buildPack: string
  portsExposes: string
  domains: string[]
  isAutoDeployEnabled: boolean
  envs: {
    key: string
    value: string
    isPreview: boolean
    isLiteral: boolean
    isMultiline: boolean
    isShownOnce: boolean
  }[]
  images: { tag: string; createdAt: string; isCurrent: boolean }[]
}

export interface FakeDeployment {
  id: number
  uuid: string
  appUuid: string
  pr: number
  force: boolean
  commit: string
  status: string
  isApi: boolean
  isWebhook: boolean
  restartOnly: boolean
  rollback: boolean
  createdAt: number
  startedAt: number | null
  endedAt: number | null
  finishedAt: number | null
  logs: FakeLogEntry[]
  life: FakeLife
}

/** A request that goes wrong between Coolify and its client. */
export interface FakeFault {
  method?: string
  /** Beginning of the path, without `/api/v1`. */
  path?: string
  /** Whether Coolify does what it is asked before its answer gets lost. */
  done: boolean
  how:
    | 'reset'
    | 'hang'
    | 'huge'
    | { status: number; body?: string; contentType?: string; headers?: Record<string, string> }
  /** How many such requests go well before it. */
  after: number
  /** How many of such requests. */
  times: number
}

export interface FakeSwitches {
  version: string
  /** What the token may. `root` is everything. */
  abilities: string[]
  /** The token is refused, as 401 or as 400. */
  refuseToken: 401 | 400 | null
  /** 403 with `success: true`. */
  apiOff: boolean
  /** The throttle of all requests: how many of the next are refused, and what Retry-After says. */
  throttle: { times: number; retryAfterS: number } | null
  /** How many deployments may wait. 0 is a full queue. */
  queueLimit: number
  /** 200 with words and without a deployment. */
  denyDeploy: boolean
  /** An object with the rows' numbers as keys. */
  activeAsObject: boolean
  /** The cancel takes effect, and the answer is a 500. */
  cancelFails: boolean
  /** Before the answer to a cancel, which takes effect at once. */
  cancelMs: number
  /** The log as an array instead of JSON text. */
  logsAsArray: boolean
  /** Rows that /deploy begins are marked as of the API; older versions do not. */
  marksApi: boolean
  /** What /deploy answers is never stored, and nothing is deployed. */
  losesDeploys: boolean
}

export interface FakeWorld {
  token: string
  serverUuid: string
  destinationUuids: string[]
  projectUuid: string
  environments: { id: number; uuid: string; name: string }[]
  githubAppUuid: string
  privateKeyUuid: string
  applications: FakeApplication[]
  /** In the order in which they were made. */
  deployments: FakeDeployment[]
  life: FakeLife
  switches: FakeSwitches
  faults: FakeFault[]
}

/** As Cuid2: 24 letters and digits. */
export function newUuid(): string {
  return `c${randomBytes(12).toString('hex').slice(0, 23)}`
}

export function newToken(): string {
  return `7|${randomBytes(20).toString('hex')}`
}

const defaultSwitches: FakeSwitches = {
  version: '4.3.11',
  abilities: ['read', 'read:sensitive', 'write', 'deploy'],
  refuseToken: null,
  apiOff: false,
  throttle: null,
  queueLimit: 25,
  denyDeploy: false,
  activeAsObject: false,
  cancelFails: false,
  cancelMs: 0,
  logsAsArray: false,
  marksApi: true,
  losesDeploys: false,
}

export function createWorld(token: string): FakeWorld {
  return {
    token,
    serverUuid: newUuid(),
    destinationUuids: [newUuid()],
    projectUuid: newUuid(),
    environments: [{ id: 1, uuid: newUuid(), name: 'production' }],
    githubAppUuid: newUuid(),
    privateKeyUuid: newUuid(),
    applications: [],
    deployments: [],
    life: {
      queuedMs: 50,
      lineMs: 50,
      lines: ['Cloning into the workspace.', 'Building the image.', 'Rolling update completed.'],
      outcome: 'finished',
      lateMs: 200,
      hold: null,
    },
    switches: { ...defaultSwitches },
    faults: [],
  }
}

/** The commit at the tip of a branch: the same text every time. */
export function commitOf(repository: string, branch: string): string {
  return createHash('sha1').update(`${repository} ${branch}`).digest('hex')
}
