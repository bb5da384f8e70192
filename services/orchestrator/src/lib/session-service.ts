/** The verbs on sessions. Each is true of tmux when it answers: made means it exists there, deleted that it is gone. */
import { randomUUID } from 'node:crypto'
import type { CreateSession, Session, SessionHistory, SessionHistoryQuery, UpdateSession } from '@craftastic/contract'
import { sql } from 'kysely'
import { readTmuxHistoryState, readTmuxHistory } from '../services/tmux-history.ts'
import { createTmuxSession, killTmuxSession } from '../services/tmux.ts'
import type { UserActor } from './actor.ts'
import { isUniqueViolation, type Database, type Transaction } from './database.ts'
import { requireEnvironment, requireRunning, requireRunningEnvironment, requireSession } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import { keepAnswer, takeBackAnswer } from './idempotency.ts'
import { presentEndedSession, presentSession, type EnvironmentRow, type SessionRow } from './present.ts'
import { observeSession, observeSessions, readSessionRows, tellSession } from './session-status.ts'

export type SessionServiceOptions = { db: Database; reach: EnvironmentReach }
export type SessionService = ReturnType<typeof createSessionService>

export function createSessionService({ db, reach }: SessionServiceOptions) {
  return {
    async createSession(actor: UserActor, input: CreateSession): Promise<Session> {
      const environment = await requireRunningEnvironment(actor, input.environmentId, db)
      await requireDirectory(environment.id, input.workingDirectory)
      const row = await insertSession(actor, environment, input)
      try {
        await reach.inside(environment.id, (ssh) =>
          createTmuxSession(ssh, row.tmux_session_name, row.working_directory),
        )
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
      const row = await requireSession(actor, sessionId, db)
      const environment = await requireRunningEnvironment(actor, row.environment_id, db)
      const history = await reach.inside(environment.id, async (ssh) => {
        if (text === 'true') return readTmuxHistory(ssh, row.tmux_session_name)
        const state = await readTmuxHistoryState(ssh, row.tmux_session_name)
        return state === null ? null : { ...state, text: '', truncated: false }
      })
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
        input.status === 'dead'
          ? killTmuxSession(ssh, row.tmux_session_name)
          : createTmuxSession(ssh, row.tmux_session_name, row.working_directory),
      )
      return observeSession(renamed, { reach, db })
    },

    async deleteSession(actor: UserActor, sessionId: string): Promise<void> {
      const row = await requireSession(actor, sessionId, db)
      const environment = await requireEnvironment(actor, row.environment_id, db)
      if (environment.status === 'running') {
        await reach.inside(environment.id, (ssh) => killTmuxSession(ssh, row.tmux_session_name))
      }
      await db.transaction().execute((trx) => removeSession(row, environment.user_id, trx))
    },
  }

  async function requireDirectory(environmentId: string, directory: string): Promise<void> {
    const found = await reach.inside(environmentId, (ssh) => ssh.run(['test', '-d', directory]))
    if (found.exitCode === 0) return
    throw new AppError('directory_missing', `There is no directory "${directory}" in the environment.`)
  }

  async function insertSession(
    actor: UserActor,
    environment: EnvironmentRow,
    input: CreateSession,
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
            name: input.name ?? null,
            tmux_session_name: `session-${id.slice(0, 8)}`,
            working_directory: input.workingDirectory,
            status: 'inactive',
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        await tellSession(row, presentSession(row), environment.user_id, trx)
        await keepAnswer(actor, presentSession(row), trx)
        return row
      })
      .catch((error: unknown) => refuseTakenName(error, input.name))
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
      .catch((error: unknown) => refuseTakenName(error, name))
  }

  async function removeSession(row: SessionRow, ownerId: string, trx: Transaction): Promise<void> {
    await trx.deleteFrom('sessions').where('id', '=', row.id).execute()
    await tellSession(row, null, ownerId, trx)
  }
}

function refuseTakenName(error: unknown, name: string | undefined): never {
  if (!isUniqueViolation(error, 'sessions_environment_id_name_key')) throw error
  throw new AppError('name_taken', `The environment already has a session named "${name}". Choose another name.`)
}
