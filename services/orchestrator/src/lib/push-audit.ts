/**
 * Writes every push into the audit log while it streams by: that it begins, before its host learns of it, and how it
 * ends. What cannot be written down is not pushed.
 */
import { randomUUID } from 'node:crypto'
import { Transform } from 'node:stream'
import { UnreadablePush } from '../services/push-certificate.ts'
import { createCommandReader, createReportReader, type PushCommands, type PushReport } from '../services/push-record.ts'
import { appendAudit, type AuditEntry } from './audit-log.ts'
import type { Database } from './database.ts'

export type PushAuditOptions = {
  userId: string
  environmentId: string
  /** URL of the repository. */
  target: string
  db: Database
}

export interface PushAudit {
  /** The request's body passes through this; it fails when its head cannot be read or written down. */
  readonly request: Transform
  /** The answer's body passes through this. */
  readonly answer: Transform
  /** Nothing when the request had no commands, with which git only tries whether it may. */
  settle(status: number | null, isComplete: boolean): Promise<void>
}

export function beginPushAudit({ userId, environmentId, target, db }: PushAuditOptions): PushAudit {
  const pushId = randomUUID()
  let commands: PushCommands | null = null
  let reporting: ReturnType<typeof createReportReader> | null = null

  const write = (result: AuditEntry['result'], more: AuditEntry['details'] = {}) =>
    appendAudit(
      {
        userId,
        environmentId,
        action: 'git.push',
        target,
        result,
        details: { pushId, refs: commands?.refs ?? [], refCount: commands?.refCount ?? 0, ...more },
      },
      db,
    )

  const readCommands = createCommandReader((complete) => {
    commands = complete
    reporting = createReportReader(complete)
  })
  let isHeadOver = false
  const request = createTap(
    (chunk) => {
      const wasRead = commands !== null
      isHeadOver = !readCommands(chunk)
      return commands === null || wasRead ? null : write('begun')
    },
    () => {
      if (!isHeadOver) throw new UnreadablePush('the list of refs has no end')
    },
  )
  const answer = createTap((chunk) => {
    try {
      reporting?.read(chunk)
    } catch {
      // What the host says is its own affair; its result counts as unknown.
    }
    return null
  })

  return {
    request,
    answer,
    settle: async (status, isComplete) => {
      if (commands === null) return
      const report = reporting?.report ?? null
      await write(resultOf(status, isComplete, report), { status, refused: report?.refused ?? [] })
    },
  }
}

function resultOf(status: number | null, isComplete: boolean, report: PushReport | null): AuditEntry['result'] {
  if (status !== null && status !== 200) return 'failed'
  if (report?.isUnpacked === false || (report !== null && report.refused.length > 0)) return 'rejected'
  if (report?.isUnpacked === true) return 'accepted'
  return isComplete ? 'failed' : 'interrupted'
}

/** Passes everything on as it is, after what `look` answers; `end` may refuse to let it be all. */
function createTap(look: (chunk: Buffer) => Promise<void> | null, end: () => void = () => {}): Transform {
  return new Transform({
    flush(done) {
      try {
        end()
        done()
      } catch (error) {
        done(toError(error))
      }
    },
    transform(chunk: Buffer, _encoding, done) {
      try {
        const looked = look(chunk)
        if (looked === null) return done(null, chunk)
        looked.then(() => done(null, chunk), done)
      } catch (error) {
        done(toError(error))
      }
    },
  })
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('unreadable', { cause: error })
}
