/** The verbs on sessions. Each is true of tmux when it answers: made means it exists there, deleted that it is gone. */
import { randomUUID } from 'node:crypto'
import type {
  CreateSession,
  Session,
  SessionHistory,
  SessionHistoryQuery,
  SessionWorktree,
  UpdateSession,
} from '@craftastic/contract'
import { sql } from 'kysely'
import type { SshConnection } from '../services/ssh.ts'
import { readTmuxHistoryState, readTmuxHistory } from '../services/tmux-history.ts'
import { killTmuxSession } from '../services/tmux.ts'
import type { UserActor } from './actor.ts'
import { isUniqueViolation, type Database, type Transaction } from './database.ts'
import {
  requireEnvironment,
  requireRunning,
  requireRunningEnvironment,
  requireSession,
  requireVisibleSession,
} from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import { onlyOnce, toGitProblem } from './git-problems.ts'
import { keepAnswer, takeBackAnswer } from './idempotency.ts'
import { presentEndedSession, presentSession, type EnvironmentRow, type SessionRow } from './present.ts'
import { startSession } from './session-start.ts'
import { observeSession, observeSessions, readSessionRows, tellSession } from './session-status.ts'
import {
  inWorktreeTurn,
  lookAtWorktree,
  openWorktree,
  readOwnWorktree,
  removeWorktree,
  type OwnWorktree,
} from './session-worktrees.ts'
import { endShares } from './share-rows.ts'
import { createUserTurns } from './user-turns.ts'

export type SessionServiceOptions = { db: Database; reach: EnvironmentReach }
export type SessionService = ReturnType<typeof createSessionService>

export function createSessionService({ db, reach }: SessionServiceOptions) {
  // Up to 16 MiB each, decrypted, decoded and written as JSON where everybody's keys pass, too.
  const inHistoryTurn = createUserTurns('histories')

  return {
    async createSession(actor: UserActor, input: CreateSession): Promise<Session> {
      const environment = await requireRunningEnvironment(actor, input.environmentId, db)
      const row =
        input.branch === undefined
          ? await insertInDirectory(actor, environment, input)
          : await insertWithWorktree(actor, environment, input, input.branch)
      try {
        await reach.inside(environment.id, (ssh) => startSession(ssh, row))
      } catch (error) {
        await db.transaction().execute(async (trx) => {
          await removeSession(row, environment.user_id, trx)
          await takeBackAnswer(actor, trx)
        })
        throw error
      }
      return presentSession(row)
    },

    /** Statuses are what tmux says now. In an environment that does not run every session is dead. */
    async listSessions(actor: UserActor, environmentId: string): Promise<Session[]> {
      const environment = await requireEnvironment(actor, environmentId, db)
      if (environment.status === 'running') return observeSessions(environment.id, { reach, db })
      return (await readSessionRows(environment.id, db)).map(presentEndedSession)
    },

    async getSession(actor: UserActor, sessionId: string): Promise<Session> {
      const row = await requireSession(actor, sessionId, db)
      if (row.environment_status !== 'running') return presentEndedSession(row)
      return observeSession(row, { reach, db })
    },

    async readSessionHistory(
      actor: UserActor,
      sessionId: string,
      { text }: SessionHistoryQuery,
    ): Promise<SessionHistory> {
      const row = await requireVisibleSession(actor, sessionId, db)
      requireRunning({ name: row.environment_name, status: row.environment_status })
      const { environment_id: environmentId, tmux_session_name: name } = row
      const readState = async (ssh: SshConnection) => {
        const state = await readTmuxHistoryState(ssh, name)
        return state === null ? null : { ...state, text: '', truncated: false }
      }
      const history =
        text === 'true'
          ? await inHistoryTurn(actor.userId, () => reach.inside(environmentId, (ssh) => readTmuxHistory(ssh, name)))
          : await reach.inside(environmentId, readState)
      if (history !== null) return history
      const detail = `The session "${sessionId}" has ended, and its history with it. Attaching to it starts a new shell.`
      throw new AppError('not_found', detail)
    },

    async updateSession(actor: UserActor, sessionId: string, input: UpdateSession): Promise<Session> {
      const row = await requireSession(actor, sessionId, db)
      const environment = await requireEnvironment(actor, row.environment_id, db)
      const renamed = input.name === undefined ? row : await renameSession(row, input.name, environment.user_id)
      if (input.status === undefined) return presentSession(renamed)
      requireRunning(environment)
      await reach.inside(environment.id, (ssh) =>
        input.status === 'dead' ? killTmuxSession(ssh, row.tmux_session_name) : startSession(ssh, row),
      )
      return observeSession(renamed, { reach, db })
    },

    /** How its worktree stands, and whether it would outlive the session. @throws AppError not_found without one */
    async getSessionWorktree(actor: UserActor, sessionId: string): Promise<SessionWorktree> {
      const row = await requireSession(actor, sessionId, db)
      const own = readOwnWorktree(row)
      if (own === null) throw new AppError('not_found', `The session "${sessionId}" has no worktree of its own.`)
      requireRunning(await requireEnvironment(actor, row.environment_id, db))
      return reach.inside(row.environment_id, (ssh) => lookAtWorktree(ssh, own))
    },

    /** Answers what has become of its worktree; null for a session without one. */
    async deleteSession(actor: UserActor, sessionId: string): Promise<SessionWorktree | null> {
      const row = await requireSession(actor, sessionId, db)
      const environment = await requireEnvironment(actor, row.environment_id, db)
      const own = readOwnWorktree(row)
      const isRunning = environment.status === 'running'
      if (isRunning) await reach.inside(environment.id, (ssh) => killTmuxSession(ssh, row.tmux_session_name))
      const remove = () => db.transaction().execute((trx) => removeSession(row, environment.user_id, trx))
      if (own === null || !isRunning) {
        await remove()
        return own === null ? null : leaveUnseen(own)
      }
      return inWorktreeTurn(environment.id, async () => {
        // Deleted twice at once, its place may be another session's by now.
        await requireSession(actor, sessionId, db)
        const worktree = await changeInside(environment.id, (ssh) => removeWorktree(ssh, own))
        await remove()
        return worktree
      })
    },
  }

  async function insertInDirectory(
    actor: UserActor,
    environment: EnvironmentRow,
    input: CreateSession,
  ): Promise<SessionRow> {
    await requireDirectory(environment.id, input.workingDirectory)
    return insertSession(actor, environment, { name: input.name, directory: input.workingDirectory })
  }

  /** Only then is there a row: whoever sees the session finds its directory. */
  async function insertWithWorktree(
    actor: UserActor,
    environment: EnvironmentRow,
    { name }: CreateSession,
    branch: string,
  ): Promise<SessionRow> {
    return inWorktreeTurn(environment.id, async () => {
      const sessions = await readSessionRows(environment.id, db)
      if (name !== undefined && sessions.some((row) => row.name === name)) throw nameTaken(name)
      const own = await changeInside(environment.id, (ssh) => openWorktree(ssh, branch, sessions))
      return insertSession(actor, environment, { name, directory: own.path, own })
    })
  }

  async function changeInside<T>(environmentId: string, work: (ssh: SshConnection) => Promise<T>): Promise<T> {
    try {
      return await reach.inside(environmentId, (ssh) => onlyOnce(() => work(ssh)))
    } catch (error) {
      throw toGitProblem(error)
    }
  }

  async function requireDirectory(environmentId: string, directory: string): Promise<void> {
    const found = await reach.inside(environmentId, (ssh) => ssh.run(['test', '-d', directory]))
    if (found.exitCode === 0) return
    throw new AppError('directory_missing', `There is no directory "${directory}" in the environment.`)
  }

  async function insertSession(
    actor: UserActor,
    environment: EnvironmentRow,
    { name, directory, own }: NewSession,
  ): Promise<SessionRow> {
    const id = randomUUID()
    return db
      .transaction()
      .execute(async (trx) => {
        const row = await trx
          .insertInto('sessions')
          .values({
            id,
            environment_id: environment.id,
            name: name ?? null,
            tmux_session_name: `session-${id.slice(0, 8)}`,
            working_directory: directory,
            ...(own === undefined ? {} : { branch: own.branch, owns_branch: own.ownsBranch }),
            status: 'inactive',
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        await tellSession(row, presentSession(row), environment.user_id, trx)
        await keepAnswer(actor, presentSession(row), trx)
        return row
      })
      .catch((error: unknown) => refuseTaken(error, { name, own }))
  }

  async function renameSession(row: SessionRow, name: string, ownerId: string): Promise<SessionRow> {
    return db
      .transaction()
      .execute(async (trx) => {
        const renamed = await trx
          .updateTable('sessions')
          .set({ name, updated_at: sql<Date>`now()` })
          .where('id', '=', row.id)
          .returningAll()
          .executeTakeFirstOrThrow()
        await tellSession(renamed, presentSession(renamed), ownerId, trx)
        return renamed
      })
      .catch((error: unknown) => refuseTaken(error, { name }))
  }

  async function removeSession(row: SessionRow, ownerId: string, trx: Transaction): Promise<void> {
    await endShares({ sessionId: row.id }, trx)
    await trx.deleteFrom('sessions').where('id', '=', row.id).execute()
    await tellSession(row, null, ownerId, trx)
  }
}

type NewSession = { name: string | undefined; directory: string; own?: OwnWorktree }

function refuseTaken(error: unknown, { name, own }: Pick<NewSession, 'name' | 'own'>): never {
  if (name !== undefined && isUniqueViolation(error, 'sessions_environment_id_name_key')) throw nameTaken(name)
  if (own === undefined || !isUniqueViolation(error, 'sessions_worktree_key')) throw error
  // At the same moment, through another server.
  throw new AppError('branch_in_use', `The branch "${own.branch}" is in use. Another session has just opened it.`)
}

function nameTaken(name: string): AppError {
  return new AppError('name_taken', `The environment already has a session named "${name}". Choose another name.`)
}

function leaveUnseen({ path }: OwnWorktree): SessionWorktree {
  const keptBecause = 'the environment does not run, so that nobody could look at it'
  return { path, branch: null, changedFiles: 0, ownCommits: 0, keptBecause }
}
