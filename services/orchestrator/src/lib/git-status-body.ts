/**
 * A status as JSON, in pieces: tens of thousands of files at once would hold up everybody else. Equal to what the
 * contract's schema makes of it, which git-status-body.test.ts shows.
 */
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GitStatus } from '@craftastic/contract'

/** Some milliseconds. */
const sliceFiles = 2_000

export function streamGitStatus(status: GitStatus): Readable {
  return Readable.from(writePieces(status))
}

async function* writePieces({ files, ...rest }: GitStatus): AsyncGenerator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"files":[`
  for (let start = 0; start < files.length; start += sliceFiles) {
    const slice = JSON.stringify(files.slice(start, start + sliceFiles)).slice(1, -1)
    yield start === 0 ? slice : `,${slice}`
    await nextTurn()
  }
  yield ']}'
}
