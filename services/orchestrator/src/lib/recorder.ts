/**
 * Records one session into its file for as long as that is wanted. One attachment ends with its connection; another one
 * goes on in the same file, from a drawing of the screen as it is then.
 *
 *     attaching → recording   the file is open and the screen is drawn
 *     recording → attaching   the connection broke; after a pause
 *     any       → over        stopped, the session ended, the file is full or takes no more, the server ends
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openRecordingFile, type RecordingFile } from '../services/recording-files.ts'
import { recordCommand, unsetRecording } from '../services/tmux-recording.ts'
import { listTmuxSessions } from '../services/tmux.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'
import { recordAttachment, type AttachmentEnd } from './record-attachment.ts'
import { toRecordingError } from './recording-errors.ts'

/** Before the next attachment, longer after each one that failed. */
const delaysMs = [500, 1_000, 2_000, 5_000, 15_000, 30_000]
/** Another recorder that is still there after so many attempts is the one that records. */
const maxAttemptsWhileTaken = 4
const lostWords = 'The connection to the environment broke. Try again in a moment.'

export type RecorderOptions = {
  environmentId: string
  /** Of the session in tmux. */
  sessionName: string
  /** What people call it. */
  title: string
  fileName: string
  startedAt: Date
  /** The file is made; otherwise it is there, and the recording goes on. */
  isNew: boolean
  maxBytes: number
  reach: EnvironmentReach
  log: Log
}

export type Recorder = {
  readonly fileName: string
  /** Resolves once the screen is in the file; rejects with `AppError` when that cannot be. */
  started: Promise<null>
  /** Resolves when it is over and the file is closed. */
  ended: Promise<void>
  /** Ends the recording. */
  stop(): Promise<void>
  /** Ends this recorder alone: the recording goes on with the next one. */
  close(): void
}

/** Somebody else has begun to record the session. */
export class AlreadyRecorded extends Error {
  override name = 'AlreadyRecorded'
}

export function startRecorder(options: RecorderOptions): Recorder {
  const { environmentId, sessionName, fileName, reach, log } = options
  const stopped = new AbortController()
  const closed = new AbortController()
  const resting = AbortSignal.any([stopped.signal, closed.signal])
  const started = Promise.withResolvers<null>()
  /** The file is there: what follows goes on in it. */
  let isNew = options.isNew

  const ended = keep()
    .catch(async (error: unknown) => {
      if (!(error instanceof AlreadyRecorded)) {
        log[error instanceof AppError ? 'info' : 'warn']({ err: error, environmentId, fileName }, 'a recording ended')
        // Before anybody is told: what failed to begin must not look as if it ran.
        await unset().catch(() => {})
      }
      started.reject(error)
    })
    .finally(() => started.reject(new AppError('environment_unreachable', 'The recording ended before it began.')))
  // Who does not wait for it learns of a failure from the log.
  started.promise.catch(() => {})

  return {
    fileName,
    started: started.promise,
    ended,
    stop: async () => {
      stopped.abort()
      await ended
    },
    close: () => closed.abort(),
  }

  async function keep(): Promise<void> {
    for (let failures = 0; !closed.signal.aborted;) {
      const end = await attachOnce()
      if (end === 'closed') return
      if (end !== 'lost' && end !== 'taken') return unset()
      if (isNew) throw end === 'taken' ? new AlreadyRecorded() : new AppError('environment_unreachable', lostWords)
      failures += 1
      if (end === 'taken' && failures >= maxAttemptsWhileTaken) return
      const delayMs = delaysMs[Math.min(failures, delaysMs.length) - 1]
      await sleep(delayMs, null, { signal: resting, ref: false }).catch(() => {})
      if (stopped.signal.aborted) return unset()
    }
  }

  /** Answers how it ended. What nobody can mend, such as an environment that does not run, is thrown. */
  async function attachOnce(): Promise<AttachmentEnd> {
    try {
      if (!isNew && !(await isWanted())) return 'ended'
      const control = await reach.inside(environmentId, (ssh) => ssh.openCommand(recordCommand(sessionName)))
      return await recordAttachment(control, {
        ...options,
        isNew,
        openFile,
        isWanted,
        onStarted: () => {
          isNew = false
          started.resolve(null)
        },
        stopped: stopped.signal,
        closed: closed.signal,
      })
    } catch (error) {
      const mayPass = error instanceof AppError && /^(?:environment_unreachable|engine_unavailable)$/.test(error.code)
      if (isNew || !mayPass) throw error
      return 'lost'
    }
  }

  async function isWanted(): Promise<boolean> {
    const sessions = await reach.inside(environmentId, listTmuxSessions)
    return sessions.some(({ name, recording }) => name === sessionName && recording === fileName)
  }

  async function openFile(): Promise<RecordingFile> {
    try {
      return await reach.inside(environmentId, (ssh) => openRecordingFile(ssh, fileName, isNew))
    } catch (error) {
      throw toRecordingError(error, fileName)
    }
  }

  async function unset(): Promise<void> {
    await reach.inside(environmentId, (ssh) => unsetRecording(ssh, sessionName, fileName))
  }
}
