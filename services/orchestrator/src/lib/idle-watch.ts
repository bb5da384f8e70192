/**
 * Stops environments that nobody uses. A look goes inside, the verdict on what it saw (`idle-rules.ts`) is written to
 * the row, where people read it, and an environment whose time is over is stopped right after a look that found it idle.
 * One that cannot be looked at is never stopped.
 *
 * Two servers may watch the same environments. What they write is judged and checked under the row's lock, against what
 * the other one wrote, and a stop that is asked for twice is one stop; so nothing keeps them apart.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { readCommandLines, readProcessTable } from '../services/process-table.ts'
import { listTmuxPanes } from '../services/tmux.ts'
import type { Database } from './database.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { lockEnvironment, tellEnvironment } from './environment-state.ts'
import { AppError } from './errors.ts'
import { judgeLook, processesToRead, type IdleLook, type IdleVerdict } from './idle-rules.ts'
import type { Log } from './log.ts'
import { idleStopAt, type EnvironmentRow } from './present.ts'

/** Between the end of a round and the next one. */
const idleLookIntervalMs = 30_000
/** Smaller moves are not written, so that a look changes nothing most of the time. */
const idleSinceGrainMs = 30_000
const atOnce = 4

const couldNotLook: IdleVerdict = { awakeReason: 'It could not be looked at.' }

export type IdleWatchOptions = {
  db: Database
  reach: EnvironmentReach
  /** Begins the stop, with the reason in words; must leave alone what does not run any more. */
  stop(environmentId: string, reason: string): Promise<unknown>
  log: Log
  now?: () => Date
}

export function createIdleWatch({ db, reach, stop, log, now = () => new Date() }: IdleWatchOptions) {
  return {
    lookAtAll,

    /** Looks in rounds that never overlap, the first one after an interval. Answers how to end that and wait for it. */
    start(): () => Promise<void> {
      const ended = new AbortController()
      const rounds = (async () => {
        while (!ended.signal.aborted) {
          await sleep(idleLookIntervalMs, null, { signal: ended.signal }).catch(() => {})
          await lookAtAll(ended.signal).catch((error: unknown) => {
            log.warn({ err: error }, 'a round of looking for idle environments failed')
          })
        }
      })()
      return async () => {
        ended.abort()
        await rounds
      }
    },
  }

  /** Looks at every environment that may be stopped for being idle. `signal` cuts the round short. */
  async function lookAtAll(signal: AbortSignal = new AbortController().signal): Promise<void> {
    if (signal.aborted) return
    const rows = await db
      .selectFrom('environments')
      .select('id')
      .where('status', '=', 'running')
      .where('idle_stop_minutes', 'is not', null)
      .execute()
    const waiting = rows.map(({ id }) => id)
    const worker = async () => {
      for (let id = waiting.pop(); id !== undefined && !signal.aborted; id = waiting.pop()) {
        const environmentId = id
        await lookAt(environmentId, signal).catch((error: unknown) => {
          log.warn({ err: error, environmentId }, 'an environment could not be judged idle or awake')
        })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }

  async function lookAt(environmentId: string, signal: AbortSignal): Promise<void> {
    const look = await orAborted(takeLook(environmentId), signal)
    if (signal.aborted) return
    const at = now()
    const row = await recordLook(environmentId, look, at)
    if (row === null || row.idle_stop_minutes === null) return
    const dueAt = idleStopAt(row)
    if (dueAt === null || dueAt > at) return
    log.info({ environmentId, idleSince: row.idle_since }, 'nobody uses an environment: stopping it')
    await stop(environmentId, describeIdleStop(row.idle_stop_minutes))
  }

  /** Null when it cannot be looked at. */
  async function takeLook(environmentId: string): Promise<IdleLook | null> {
    try {
      const sessions = await db
        .selectFrom('sessions')
        .select(['name', 'tmux_session_name'])
        .where('environment_id', '=', environmentId)
        .execute()
      const sessionNames = new Map(sessions.map((session) => [session.tmux_session_name, nameOf(session)]))
      const seen = await reach.inside(environmentId, async (ssh) => {
        const processes = await readProcessTable(ssh)
        const panes = await listTmuxPanes(ssh)
        const commandLines = await readCommandLines(ssh, processesToRead({ panes, processes }))
        return { processes, panes, commandLines }
      })
      return { ...seen, sessionNames }
    } catch (error) {
      const level = error instanceof AppError ? 'debug' : 'warn'
      log[level]({ err: error, environmentId }, 'an environment could not be looked at')
      return null
    }
  }

  /** Writes the verdict where it differs from the row. Answers the row; null when it does not run any more. */
  async function recordLook(environmentId: string, look: IdleLook | null, at: Date): Promise<EnvironmentRow | null> {
    return db.transaction().execute(async (trx) => {
      const row = await lockEnvironment(environmentId, trx)
      if (row === null || row.status !== 'running' || row.idle_stop_minutes === null) return null
      const verdict = look === null ? couldNotLook : judgeLook(look, row.idle_since, at)
      const change = toColumns(verdict, row.idle_since)
      const isSame =
        change.awake_reason === row.awake_reason && change.idle_since?.getTime() === row.idle_since?.getTime()
      if (isSame) return row
      const updated = await trx
        .updateTable('environments')
        .set({ ...change, updated_at: sql<Date>`now()` })
        .where('id', '=', environmentId)
        .returningAll()
        .executeTakeFirstOrThrow()
      await tellEnvironment(updated, trx)
      return updated
    })
  }
}

function nameOf(session: { name: string | null; tmux_session_name: string }): string {
  return session.name ?? session.tmux_session_name
}

function toColumns(
  verdict: IdleVerdict,
  idleSinceBefore: Date | null,
): Pick<EnvironmentRow, 'awake_reason' | 'idle_since'> {
  if ('awakeReason' in verdict) return { awake_reason: verdict.awakeReason, idle_since: null }
  const movedMs = verdict.idleSince.getTime() - (idleSinceBefore?.getTime() ?? 0)
  return { awake_reason: null, idle_since: movedMs > idleSinceGrainMs ? verdict.idleSince : idleSinceBefore }
}

function describeIdleStop(minutes: number): string {
  return `Stopped after ${minutes === 1 ? '1 minute' : `${minutes} minutes`} without use. The workspace is kept.`
}

/** What `work` answers, or null once `signal` aborts: the work then ends by itself. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const settled = new AbortController()
  const aborted = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true, signal: settled.signal })
  })
  return Promise.race([work, aborted]).finally(() => settled.abort())
}
