/**
 * What is kept of deleted environments: listed, handed out, removed by its owner or when its time is over. Rows are the
 * database's and files this server's, so each is swept by itself: a row whose file lies on another server stays, and a
 * file without a row stays for as long as it would with one, because rows may be missing after a restored database.
 */
import type { ReadStream } from 'node:fs'
import { KeptWork, keptWorkDays } from '@craftastic/contract'
import { sql } from 'kysely'
import type { KeptFiles } from '../services/kept-files.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { AppError } from './errors.ts'
import { requireKeptWork, type KeptWorkRow } from './kept-work-rows.ts'
import type { Log } from './log.ts'

export type KeptWorkServiceOptions = { db: Database; keptFiles: KeptFiles; log: Log }
export type KeptWorkService = ReturnType<typeof createKeptWorkService>

const sweepIntervalMs = 60 * 60_000
/** Longer than any run that may still write one. */
const draftHours = 2

export function createKeptWorkService({ db, keptFiles, log }: KeptWorkServiceOptions) {
  const service = {
    /** Newest first. */
    async listKeptWork(actor: UserActor): Promise<KeptWork[]> {
      const rows = await db
        .selectFrom('kept_work')
        .selectAll()
        .where('user_id', '=', actor.userId)
        .where('expires_at', '>', sql<Date>`now()`)
        .orderBy('created_at', 'desc')
        .execute()
      return Promise.all(rows.map(present))
    },

    /** The bundle as a stream, with what a client should know of it. */
    async openKeptWork(actor: UserActor, keptWorkId: string): Promise<{ work: KeptWork; stream: ReadStream }> {
      const work = await present(await requireKeptWork(actor, keptWorkId, db))
      if (work.isAvailable) return { work, stream: keptFiles.open(work.id) }
      throw new AppError('not_found', 'The file is not on this server. It lies where the environment was deleted.')
    },

    async deleteKeptWork(actor: UserActor, keptWorkId: string): Promise<void> {
      const { id } = await requireKeptWork(actor, keptWorkId, db)
      await db.deleteFrom('kept_work').where('id', '=', id).execute()
      await keptFiles.remove(id)
    },

    /** Removes what has had its time: rows, files, and drafts that nobody writes any more. */
    async sweep(): Promise<void> {
      await db
        .deleteFrom('kept_work')
        .where('expires_at', '<=', sql<Date>`now()`)
        .execute()
      const files = await keptFiles.list()
      if (files.length === 0) return
      const ids = [...new Set(files.map(({ id }) => id))]
      const rows = await db.selectFrom('kept_work').select('id').where('id', 'in', ids).execute()
      const known = new Set(rows.map(({ id }) => id))
      for (const { id, isDraft, ageHours } of files) {
        const maxHours = isDraft ? draftHours : keptWorkDays * 24
        if (known.has(id) || ageHours < maxHours) continue
        await keptFiles.remove(id)
        log.info({ keptWork: id }, 'removed kept work whose time is over')
      }
    },

    /** Sweeps now and every hour. Answers how to end it. */
    startSweeps(): () => void {
      const sweep = () =>
        void service.sweep().catch((error: unknown) => log.warn({ err: error }, 'old kept work could not be removed'))
      sweep()
      const timer = setInterval(sweep, sweepIntervalMs)
      return () => clearInterval(timer)
    },
  }
  return service

  async function present(row: KeptWorkRow): Promise<KeptWork> {
    return {
      id: row.id,
      environmentId: row.environment_id,
      environmentName: row.environment_name,
      repositoryUrl: row.repository_url,
      branch: row.branch,
      commits: row.commits,
      files: row.files,
      stashes: row.stashes,
      isComplete: row.is_complete,
      bytes: row.bytes,
      sha256: row.sha256,
      heads: Heads.parse(row.heads),
      isAvailable: (await keptFiles.findSize(row.id)) === row.bytes,
      createdAt: row.created_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
    }
  }
}

const Heads = KeptWork.shape.heads
