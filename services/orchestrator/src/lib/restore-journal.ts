/**
 * A mark in the data directory while a restore is under way, with what it has made on the engine. A server does not start
 * beside it, and the next restore of the same backup cleans up and begins again.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Id } from '@craftastic/contract'
import { z } from 'zod'

const RestoreJournal = z.object({
  backupId: Id,
  /** Environments whose volumes were made for this restore, whole or not. */
  volumesOf: z.array(Id),
  /** Names of the secrets in the data directory that it has made. */
  secrets: z.array(z.enum(['encryption-key', 'jwt-secret', 'instance-id'])),
})
export type RestoreJournal = z.infer<typeof RestoreJournal>

const pathOf = (dataDir: string) => join(dataDir, 'restore.json')

export function readRestoreJournal(dataDir: string): RestoreJournal | null {
  if (!existsSync(pathOf(dataDir))) return null
  const { data } = RestoreJournal.safeParse(JSON.parse(readFileSync(pathOf(dataDir), 'utf8')))
  if (data === undefined) throw new Error(`The file "${pathOf(dataDir)}" of a restore is damaged. Empty the directory.`)
  return data
}

/** Whole or not at all, and on the disk when this returns. */
export function writeRestoreJournal(dataDir: string, journal: RestoreJournal): void {
  const draft = `${pathOf(dataDir)}.draft`
  writeFileSync(draft, `${JSON.stringify(journal)}\n`, { mode: 0o600, flush: true })
  renameSync(draft, pathOf(dataDir))
}

export function removeRestoreJournal(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true })
}

/** @throws Error in words when a restore into this data directory was not finished. */
export function refuseUnfinishedRestore(dataDir: string): void {
  if (!existsSync(pathOf(dataDir))) return
  throw new Error(
    `A restore into "${dataDir}" is under way or was cut short. Run \`npm run restore\` with the same backup again: it begins anew.`,
  )
}
