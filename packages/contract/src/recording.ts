/**
 * A recording of a session: an asciicast v2 file in the workspace, in `recordingsDirectory`. Its name says of which
 * session it is and, to the millisecond in UTC, when it began.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

/** Seen by git as ignored: it holds a `.gitignore` of its own. */
export const recordingsDirectory = '/workspace/.recordings'

/** A recording that has this many bytes ends. */
export const maxRecordingBytes = 64 * 1024 * 1024

/** Lists hold the newest ones, up to this many. */
export const maxListedRecordings = 200

/** One part of a path that leads nowhere else: no separator, no leading dot. */
export const RecordingFileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}-\d{8}T\d{9}Z\.cast$/, 'must be the name of a recording, as the list has it')
export type RecordingFileName = z.infer<typeof RecordingFileName>

export const Recording = z
  .object({
    fileName: RecordingFileName,
    environmentId: Id,
    /** Of the session, when the recording began. */
    sessionName: z.string(),
    startedAt: Timestamp,
    /** From its start to its last event. */
    seconds: z.number().nonnegative(),
    bytes: z.int().nonnegative(),
    /** It is still being written. */
    isRunning: z.boolean(),
    /** Its last word, where nobody has stopped it: why it ended. */
    note: z.string().nullable(),
  })
  .meta({ id: 'Recording' })
export type Recording = z.infer<typeof Recording>

/** Newest first. */
export const RecordingList = z.object({ recordings: z.array(Recording) }).meta({ id: 'RecordingList' })
export type RecordingList = z.infer<typeof RecordingList>

export const RecordingParams = z.object({ environmentId: Id, fileName: RecordingFileName })

export const recordingMediaType = 'application/x-asciicast'

/** Null for a name that says no moment of the calendar. */
export function recordingStart(fileName: string): Date | null {
  const [, year, month, day, hour, minute, second, ms] =
    /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\.cast$/.exec(fileName) ?? []
  const start = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
  return Number.isNaN(start.getTime()) ? null : start
}
