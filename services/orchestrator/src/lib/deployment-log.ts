/**
 * The log of a deployment, kept here: Coolify tells it whole each time, and forgets it. Lines that were told before and are
 * the same again are kept with their numbers. Coolify's builder loses and rewrites lines now and then: the kept ones are
 * then void, and all lines come again under new numbers.
 */
import { createHash } from 'node:crypto'
import { maxDeploymentLines, type DeploymentLine, type DeploymentLog } from '@craftastic/contract'
import type { Kysely } from 'kysely'
import type { CoolifyLogLine } from '../services/coolify-logs.ts'
import type { Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { hasEnded, readMetadata, type DeploymentRow } from './deployment-row.ts'
import type { DeploymentChange } from './deployment-state.ts'

/** Of one deployment; a large build writes some thousands. */
const maxLines = 20_000
/** Of these the last, once it has ended and goes on no more: why it failed stands there. */
const lastLines = 5_000
const maxLineLength = 4_000
/** Rows of one insert: a statement has 65,535 parameters. */
const insertRows = 5_000

type Line = Omit<DeploymentLine, 'sequence'>

/**
 * Writes what is new. Answers what follows from it for the row, which must be locked; null when nothing is new.
 * @param told All of it, as Coolify has it now.
 */
export async function keepLog(
  row: DeploymentRow,
  { told, ended }: { told: readonly CoolifyLogLine[]; ended: boolean },
  trx: Transaction,
): Promise<DeploymentChange['columns'] | null> {
  const all = splitLines(told)
  const lines = ended ? leaveOutMiddle(all) : all.slice(0, maxLines)
  const log_truncated = all.length > maxLines
  const keptCount = row.last_sequence === 0 ? 0 : row.last_sequence - row.first_sequence + 1
  const isContinued = lines.length >= keptCount && digest(lines.slice(0, keptCount)) === (row.log_digest ?? digest([]))
  if (isContinued && lines.length === keptCount) return log_truncated === row.log_truncated ? null : { log_truncated }
  // Nothing at all in its place: what was told stays.
  if (!isContinued && lines.length === 0) return null
  if (!isContinued) await trx.deleteFrom('deployment_lines').where('deployment_id', '=', row.id).execute()
  const added = isContinued ? lines.slice(keptCount) : lines
  const values = added.map((line, index) => ({
    ...line,
    deployment_id: row.id,
    sequence: row.last_sequence + 1 + index,
  }))
  for (let start = 0; start < values.length; start += insertRows) {
    await trx
      .insertInto('deployment_lines')
      .values(values.slice(start, start + insertRows))
      .execute()
  }
  return {
    first_sequence: isContinued && keptCount > 0 ? row.first_sequence : row.last_sequence + 1,
    last_sequence: row.last_sequence + added.length,
    log_digest: digest(lines),
    log_truncated,
  }
}

export async function readDeploymentLog(row: DeploymentRow, after: number, db: Kysely<DB>): Promise<DeploymentLog> {
  const rows = await db
    .selectFrom('deployment_lines')
    .select(['sequence', 'text', 'stream', 'at'])
    .where('deployment_id', '=', row.id)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(maxDeploymentLines + 1)
    .execute()
  return {
    lines: rows.slice(0, maxDeploymentLines).map(({ sequence, text, stream, at }) => ({
      sequence,
      text,
      stream: stream === 'stderr' ? 'stderr' : 'stdout',
      at: at?.toISOString() ?? null,
    })),
    firstSequence: row.first_sequence,
    lastSequence: row.last_sequence,
    hasMore: rows.length > maxDeploymentLines,
    complete: isLogComplete(row),
    truncated: row.log_truncated,
    logsReadable: readMetadata(row).logsReadable,
  }
}

export function isLogComplete(row: Pick<DeploymentRow, 'status' | 'log_reads_left'>): boolean {
  return hasEnded(row) && row.log_reads_left === 0
}

function leaveOutMiddle(all: readonly Line[]): readonly Line[] {
  if (all.length <= maxLines) return all
  const firstLines = maxLines - lastLines - 1
  const count = (all.length - firstLines - lastLines).toLocaleString('en')
  const gap: Line = { text: `… ${count} lines are left out here …`, stream: 'stdout', at: null }
  return [...all.slice(0, firstLines), gap, ...all.slice(-lastLines)]
}

function splitLines(told: readonly CoolifyLogLine[]): Line[] {
  return told.flatMap(({ text, stream, at }) =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => ({ text: cut(line), stream, at })),
  )
}

function cut(line: string): string {
  return line.length > maxLineLength ? `${line.slice(0, maxLineLength - 1).toWellFormed()}…` : line
}

function digest(lines: readonly Line[]): string {
  const hash = createHash('sha256')
  for (const { text, stream, at } of lines) hash.update(`${JSON.stringify([text, stream, at])}\n`)
  return hash.digest('base64url')
}
