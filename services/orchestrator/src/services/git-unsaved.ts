/** What is only in a workspace, told in counts and first names by `docker/look-for-work.sh`. */
import {
  maxHeadlines,
  maxNamedBranches,
  maxNamedFiles,
  UnsavedPlace,
  type GitUnsaved,
  type UnsavedBranch,
} from '@craftastic/contract'
import { readFields } from './git-bytes.ts'
import { cleanWords, GitFailure } from './git-failure.ts'
import type { SshConnection } from './ssh.ts'
import { readWorkScript } from './work-scripts.ts'

const script = readWorkScript('look-for-work')
const deadlineMs = 60_000
/** Of hundreds of repositories inside, the first are told. */
const maxOutputBytes = 1024 * 1024

/** @throws GitFailure */
export async function readGitUnsaved(ssh: SshConnection): Promise<GitUnsaved> {
  const limits = [maxNamedFiles, maxNamedBranches, maxHeadlines].map(String)
  const result = await ssh.run(['sh', '-c', script, 'sh', ...limits], { deadlineMs, maxOutputBytes, onOverflow: 'end' })
  if (result.exitCode !== 0 && !result.overflowed) {
    throw new GitFailure('refused', cleanWords(result.stderr.toString('utf8')))
  }
  return parseGitUnsaved(result.stdout)
}

/** What names nothing that is known is left out; so is what has no place or branch before it. */
export function parseGitUnsaved(output: Buffer): GitUnsaved {
  const unsaved: GitUnsaved = {
    repository: 'none',
    hasRemote: false,
    branches: [],
    moreBranches: 0,
    stashes: 0,
    discards: 0,
    places: [],
    hasAny: false,
  }
  const fields = readFields(output)
  for (let index = 0; index + 1 < fields.length; index += 2) {
    take(unsaved, fields[index] ?? '', fields[index + 1] ?? '')
  }
  const { repository, branches, stashes, discards, places } = unsaved
  unsaved.hasAny = repository === 'damaged' || stashes + discards + branches.length + places.length > 0
  return unsaved
}

function take(unsaved: GitUnsaved, name: string, value: string): void {
  const branch: UnsavedBranch | undefined = unsaved.branches.at(-1)
  const place: UnsavedPlace | undefined = unsaved.places.at(-1)
  if (name === 'repository') unsaved.repository = value === 'there' || value === 'damaged' ? value : 'none'
  else if (name === 'hasRemote') unsaved.hasRemote = true
  else if (name === 'branch') unsaved.branches.push({ name: value, commits: 0, headlines: [] })
  else if (name === 'detached' && branch !== undefined && value !== '') branch.name = null
  else if (name === 'commits' && branch !== undefined) branch.commits = readCount(value)
  else if (name === 'headline') branch?.headlines.push(value)
  else if (name === 'moreBranches') unsaved.moreBranches += 1
  else if (name === 'stashes') unsaved.stashes = readCount(value)
  else if (name === 'discards') unsaved.discards = readCount(value)
  else if (name === 'place') {
    const kind = UnsavedPlace.shape.kind.safeParse(value).data ?? 'nested'
    unsaved.places.push({ kind, path: '', changed: 0, files: [], commits: 0 })
  } else if (name === 'path' && place !== undefined) place.path = value
  else if (name === 'changed' && place !== undefined) place.changed = readCount(value)
  else if (name === 'ownCommits' && place !== undefined) place.commits = readCount(value)
  else if (name === 'file') place?.files.push(value)
}

function readCount(value: string): number {
  return /^\d{1,9}$/.test(value) ? Number(value) : 0
}
