/**
 * Signing in to GitHub with a code instead of pasting a token. A flow is a row, so any server can go on with it; GitHub
 * is asked when the user's page asks, and never sooner than GitHub allows.
 */
import { randomUUID } from 'node:crypto'
import { GitDeviceFlowState, type GitDeviceFlow, type GitDeviceFlowStatus } from '@craftastic/contract'
import { sql, type Selectable } from 'kysely'
import {
  GithubFailure,
  pollDeviceToken,
  requestDeviceCode,
  type DeviceOutcome,
  type GithubApp,
} from '../services/github-device.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import type { DB } from './database-types.ts'
import { AppError } from './errors.ts'
import { requireTokenOrigin, storeGitCredential } from './git-credentials.ts'
import type { GitHosts } from './git-hosts.ts'
import type { SecretBox } from './secret-box.ts'

export type GitDeviceFlowsOptions = {
  db: Database
  secretBox: SecretBox
  gitHosts: GitHosts
  /** Null when this server has none. */
  github: GithubApp | null
}
export type GitDeviceFlows = ReturnType<typeof createGitDeviceFlows>

type FlowRow = Selectable<DB['git_device_flows']>

export function createGitDeviceFlows({ db, secretBox, gitHosts, github }: GitDeviceFlowsOptions) {
  return {
    /** Such as `github.com`; null when there is no device flow. */
    deviceFlowHost: github === null ? null : new URL(github.url).host,

    /** @throws AppError github_not_configured | git_host_refused | github_unavailable */
    async beginDeviceFlow(actor: UserActor): Promise<GitDeviceFlow> {
      const app = requireApp()
      requireTokenOrigin(new URL(app.url).host, gitHosts)
      const code = await requestDeviceCode(app).catch(inWords)
      const id = randomUUID()
      const row = await db
        .insertInto('git_device_flows')
        .values({
          id,
          user_id: actor.userId,
          device_code_sealed: secretBox.seal(code.device_code, context({ id, user_id: actor.userId })),
          interval_seconds: code.interval,
          next_poll_at: sql<Date>`now() + make_interval(secs => ${code.interval})`,
          expires_at: sql<Date>`now() + make_interval(secs => ${code.expires_in})`,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return {
        flowId: id,
        userCode: code.user_code,
        verificationUri: code.verification_uri,
        expiresAt: row.expires_at.toISOString(),
        intervalSeconds: row.interval_seconds,
      }
    },

    /** @throws AppError not_found | github_unavailable */
    async getDeviceFlow(actor: UserActor, flowId: string): Promise<GitDeviceFlowStatus> {
      const due = await claimPoll(actor, flowId)
      if (due === null) return presentState(await requireFlow(actor, flowId))
      const app = requireApp()
      const deviceCode = secretBox.open(due.device_code_sealed, context(due))
      const outcome = await pollDeviceToken(app, deviceCode, due.interval_seconds).catch(inWords)
      return settle(actor, due, outcome, app)
    },
  }

  function requireApp(): GithubApp {
    if (github !== null) return github
    const detail = 'This server has no sign-in with GitHub: its operator sets GITHUB_CLIENT_ID. A token works as well.'
    throw new AppError('github_not_configured', detail)
  }

  /** The flow when GitHub may be asked now, by this caller alone; null otherwise. */
  async function claimPoll(actor: UserActor, flowId: string): Promise<FlowRow | null> {
    const row = await db
      .updateTable('git_device_flows')
      .set({ next_poll_at: sql<Date>`now() + make_interval(secs => interval_seconds)` })
      .where('id', '=', flowId)
      .where('user_id', '=', actor.userId)
      .where('state', '=', 'pending')
      .where('next_poll_at', '<=', sql<Date>`now()`)
      .where('expires_at', '>', sql<Date>`now()`)
      .returningAll()
      .executeTakeFirst()
    return row ?? null
  }

  async function requireFlow(actor: UserActor, flowId: string): Promise<FlowRow> {
    const row = await db
      .selectFrom('git_device_flows')
      .selectAll()
      .where('id', '=', flowId)
      .where('user_id', '=', actor.userId)
      .executeTakeFirst()
    if (row === undefined) throw new AppError('not_found', `There is no sign-in "${flowId}".`)
    return row
  }

  async function settle(
    actor: UserActor,
    flow: FlowRow,
    outcome: DeviceOutcome,
    app: GithubApp,
  ): Promise<GitDeviceFlowStatus> {
    const interval_seconds = ('intervalSeconds' in outcome ? outcome.intervalSeconds : null) ?? flow.interval_seconds
    return db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('git_device_flows')
        .set({
          state: outcome.state,
          interval_seconds,
          next_poll_at: sql<Date>`now() + make_interval(secs => ${interval_seconds})`,
        })
        .where('id', '=', flow.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      if (outcome.state === 'authorized') {
        await storeGitCredential(actor, { host: new URL(app.url).host, token: outcome.token }, secretBox, trx)
      }
      return presentState(row)
    })
  }
}

/** Forgets flows that nobody can go on with. */
export async function deleteOldDeviceFlows(db: Database): Promise<void> {
  await db
    .deleteFrom('git_device_flows')
    .where('expires_at', '<', sql<Date>`now() - interval '1 day'`)
    .execute()
}

const context = ({ id, user_id }: Pick<FlowRow, 'id' | 'user_id'>) =>
  `git_device_flows|device_code_sealed|${id}|${user_id}`

function presentState(row: FlowRow): GitDeviceFlowStatus {
  const state = GitDeviceFlowState.parse(row.state)
  const isOver = state === 'pending' && row.expires_at.getTime() <= Date.now()
  return { state: isOver ? 'expired' : state, intervalSeconds: row.interval_seconds }
}

function inWords(error: unknown): never {
  if (!(error instanceof GithubFailure)) throw error
  const detail = `GitHub could not be asked: ${error.message}. Try again in a moment, or add a token instead.`
  throw new AppError('github_unavailable', detail, { cause: error })
}
