/**
 * The verbs on recordings. Which session is being recorded is known to tmux alone (`tmux-recording.ts`): so it ends with
 * the session, goes on with the next server, and every server sees the same.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { maxListedRecordings, maxRecordingBytes, recordingStart, type Recording } from '@craftastic/contract'
import {
  deleteRecordingFile,
  listRecordingNames,
  openRecordingBytes,
  readRecordingEntries,
  requireRecordingFile,
} from '../services/recording-files.ts'
import type { SshConnection } from '../services/ssh.ts'
import { unsetRecording } from '../services/tmux-recording.ts'
import { listTmuxSessions, type TmuxSession } from '../services/tmux.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireEnvironment, requireRunning, requireSession } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'
import { AlreadyRecorded, startRecorder, type Recorder } from './recorder.ts'
import { toRecordingError } from './recording-errors.ts'
import { presentRecording, sortRecordingNames, toRecordingFileName } from './recording-list.ts'
import { wholeLines } from './whole-lines.ts'

/** Another server learns within a second that a recording is to end. */
const endElsewhereMs = 4_000

export type RecordingServiceOptions = { db: Database; reach: EnvironmentReach; log: Log; maxBytes?: number }
export type RecordingService = ReturnType<typeof createRecordingService>

type RecordedSession = { environmentId: string; sessionName: string; title: string; fileName: string; startedAt: Date }

export function createRecordingService(options: RecordingServiceOptions) {
  const { db, reach, log, maxBytes = maxRecordingBytes } = options
  /** Of this server, by environment and file. */
  const recorders = new Map<string, Recorder>()
  let isClosed = false

  const service = {
    /** Answers the recording that is under way when there is one. */
    async startRecording(actor: UserActor, sessionId: string): Promise<{ recording: Recording; isNew: boolean }> {
      const { environmentId, session, title } = await findLiveSession(actor, sessionId)
      if (session.recording !== null) return answerExisting(environmentId, session.recording)
      const startedAt = new Date()
      const fileName = toRecordingFileName(title, startedAt, session.name)
      const recorder = record({ environmentId, sessionName: session.name, title, fileName, startedAt }, true)
      try {
        await recorder.started
      } catch (error) {
        if (!(error instanceof AlreadyRecorded)) throw error
        const { session: now } = await findLiveSession(actor, sessionId)
        if (now.recording === null) throw new AppError('environment_busy', 'Its recording has just ended. Try again.')
        return answerExisting(environmentId, now.recording)
      }
      return { recording: await readRecording(environmentId, fileName), isNew: true }
    },

    /** The recording is complete when this answers. */
    async stopRecording(actor: UserActor, sessionId: string): Promise<Recording> {
      const { environmentId, session } = await findLiveSession(actor, sessionId)
      const { name, recording } = session
      if (recording === null) throw new AppError('not_found', `The session "${sessionId}" is not being recorded.`)
      await endRecording(environmentId, name, recording)
      return readRecording(environmentId, recording)
    },

    async listRecordings(actor: UserActor, environmentId: string): Promise<Recording[]> {
      await requireReachable(actor, environmentId)
      return withFiles(environmentId, '', async (ssh) => {
        const names = sortRecordingNames(await listRecordingNames(ssh)).slice(0, maxListedRecordings)
        const running = await listRunning(ssh)
        const entries = await readRecordingEntries(ssh, names)
        return entries.flatMap((entry) => presentRecording(entry, environmentId, running) ?? [])
      })
    },

    /** The file as it is now, up to its last whole line. */
    async openRecording(actor: UserActor, environmentId: string, fileName: string): Promise<Readable> {
      await requireReachable(actor, environmentId)
      const channel = await withFiles(environmentId, fileName, async (ssh) => {
        await requireRecordingFile(ssh, fileName)
        return openRecordingBytes(ssh, fileName)
      })
      return Readable.from(wholeLines(channel), { objectMode: false })
    },

    /** One that is under way ends first. */
    async deleteRecording(actor: UserActor, environmentId: string, fileName: string): Promise<void> {
      await requireReachable(actor, environmentId)
      const sessions = await reach.inside(environmentId, listTmuxSessions)
      const recorded = sessions.find(({ recording }) => recording === fileName)
      if (recorded !== undefined) await endRecording(environmentId, recorded.name, fileName)
      await withFiles(environmentId, fileName, (ssh) => deleteRecordingFile(ssh, fileName))
    },

    /** Goes on with recordings of these sessions that nobody writes: their server is gone. */
    noteSessions(environmentId: string, sessions: readonly TmuxSession[]): void {
      for (const { name: sessionName, recording: fileName, hasRecorder } of sessions) {
        const startedAt = fileName === null ? null : recordingStart(fileName)
        if (fileName === null || startedAt === null || hasRecorder || isClosed) continue
        if (recorders.has(keyOf(environmentId, fileName))) continue
        record({ environmentId, sessionName, title: sessionName, fileName, startedAt }, false)
      }
    },

    async resumeRecordings(environmentId: string): Promise<void> {
      service.noteSessions(environmentId, await reach.inside(environmentId, listTmuxSessions))
    },

    /** The recordings go on with the next server. */
    async close(): Promise<void> {
      isClosed = true
      for (const { close } of recorders.values()) close()
      await Promise.all([...recorders.values()].map(({ ended }) => ended))
    },
  }
  return service

  function record(session: RecordedSession, isNew: boolean): Recorder {
    const key = keyOf(session.environmentId, session.fileName)
    const recorder = startRecorder({ ...session, isNew, maxBytes, reach, log })
    recorders.set(key, recorder)
    void recorder.ended.finally(() => recorders.delete(key))
    return recorder
  }

  async function endRecording(environmentId: string, sessionName: string, fileName: string): Promise<void> {
    await recorders.get(keyOf(environmentId, fileName))?.stop()
    const isWritten = async (ssh: SshConnection) => {
      await unsetRecording(ssh, sessionName, fileName)
      return (await listTmuxSessions(ssh)).some(({ name, hasRecorder }) => name === sessionName && hasRecorder)
    }
    for (let waitedMs = 0; waitedMs < endElsewhereMs; waitedMs += 200) {
      if (!(await reach.inside(environmentId, isWritten))) return
      await sleep(200)
    }
  }

  async function requireReachable(actor: UserActor, environmentId: string): Promise<void> {
    requireRunning(await requireEnvironment(actor, environmentId, db))
  }

  async function findLiveSession(actor: UserActor, sessionId: string) {
    const row = await requireSession(actor, sessionId, db)
    const { environment_id: environmentId, tmux_session_name: name } = row
    await requireReachable(actor, environmentId)
    const sessions = await reach.inside(environmentId, listTmuxSessions)
    const session = sessions.find((candidate) => candidate.name === name)
    if (session !== undefined) return { environmentId, session, title: row.name ?? name }
    throw new AppError('not_found', `The session "${sessionId}" has ended. Attaching to it starts a new shell.`)
  }

  async function answerExisting(environmentId: string, fileName: string) {
    return { recording: await readRecording(environmentId, fileName), isNew: false }
  }

  async function readRecording(environmentId: string, fileName: string): Promise<Recording> {
    return withFiles(environmentId, fileName, async (ssh) => {
      const running = await listRunning(ssh)
      const [entry] = await readRecordingEntries(ssh, [fileName])
      const recording = entry === undefined ? null : presentRecording(entry, environmentId, running)
      if (recording === null) throw new AppError('not_found', `There is no recording "${fileName}".`)
      return recording
    })
  }

  async function withFiles<T>(
    environmentId: string,
    fileName: string,
    work: (ssh: SshConnection) => Promise<T>,
  ): Promise<T> {
    try {
      return await reach.inside(environmentId, work)
    } catch (error) {
      throw toRecordingError(error, fileName)
    }
  }
}

async function listRunning(ssh: SshConnection): Promise<ReadonlySet<string>> {
  return new Set((await listTmuxSessions(ssh)).flatMap(({ recording }) => recording ?? []))
}

function keyOf(environmentId: string, fileName: string): string {
  return `${environmentId} ${fileName}`
}
