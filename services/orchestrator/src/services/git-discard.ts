/** Undoing changes of the working tree; what is undone is kept first (`git-kept.ts`). */
import { pathsToBytes, readFields, textToBytes } from './git-bytes.ts'
import { allWords, longDeadlineMs, readGit, requireGit, requireSuccess, writeGit } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import {
  listIndexEntries,
  listUnstaged,
  listUntracked,
  namePaths,
  writeEntries,
  type ChangedFile,
} from './git-index.ts'
import { keepFiles } from './git-kept.ts'
import type { SshConnection } from './ssh.ts'

export type Discarded = { discard: string; output: string }

/** Undoes unstaged changes of these files; untracked ones are removed. @throws GitFailure */
export async function discardFiles(ssh: SshConnection, files: readonly string[]): Promise<Discarded> {
  const changed = await listUnstaged(ssh, files)
  const untracked = await listUntracked(ssh, files)
  refuseOthers(changed, untracked)
  const discard = await keepFiles(ssh, {
    afterwards: writeEntries(changed),
    paths: [...changed.map(({ path }) => path), ...untracked],
    message: `Discarded ${nameOnOneLine(files)}`,
  })
  if (discard === null) throw new GitFailure('nothing_to_commit', 'There is nothing to discard in these files.')
  await removeFiles(ssh, untracked)
  // Where a file is gone, something else may stand, which was not kept: only what was is written over.
  const isGone = ({ status }: ChangedFile) => status === 'D'
  await checkOutFromIndex(ssh, changed.filter(isGone), [])
  await checkOutFromIndex(
    ssh,
    changed.filter((file) => !isGone(file)),
    ['--force'],
  )
  return { discard, output: '' }
}

/** Undoes some hunks of the diff of one file. @throws GitFailure */
export async function discardPatch(ssh: SshConnection, patch: string): Promise<Discarded> {
  const input = textToBytes(patch)
  const counted = requireSuccess(await readGit(ssh, ['apply', '--numstat', '-z', '-'], { input }))
  const paths = readFields(counted.stdout).map((record) => record.replace(/^[^\t]*\t[^\t]*\t/, ''))
  const discard = await keepFiles(ssh, {
    afterwards: writeEntries(await listIndexEntries(ssh, paths)),
    paths,
    patch: input,
    message: `Discarded parts of ${nameOnOneLine(paths)}`,
  })
  if (discard === null) throw new GitFailure('nothing_to_commit', 'There is nothing to discard in this file.')
  const undo = ['apply', '--reverse', '--whitespace=nowarn', '-']
  return { discard, output: allWords(requireSuccess(await writeGit(ssh, undo, { input }))) }
}

/** Where an abort goes back to: a rebase began there, several commits were to be picked from there, or HEAD. */
const startScript = `dir=$(git rev-parse --git-dir)
cat "$dir/rebase-merge/orig-head" 2>/dev/null || cat "$dir/rebase-apply/orig-head" 2>/dev/null ||
cat "$dir/sequencer/head" 2>/dev/null || git rev-parse HEAD`

/** Keeps all that an abort writes over. */
export async function keepBeforeAbort(ssh: SshConnection, message: string): Promise<void> {
  const paths = readFields((await requireGit(ssh, ['diff', '--name-only', '-z', 'HEAD'])).stdout)
  if (paths.length === 0) return
  const start = (await ssh.run(['sh', '-c', startScript])).stdout.toString('utf8').trim()
  const tree = await requireGit(
    ssh,
    ['ls-tree', '-r', '-z', '--full-tree', /^[0-9a-f]{40,64}$/.test(start) ? start : 'HEAD'],
    {
      paths: [...new Set(paths)],
    },
  )
  await keepFiles(ssh, { afterwards: tree.stdout, paths: [...new Set(paths)], message })
}

async function checkOutFromIndex(
  ssh: SshConnection,
  files: readonly ChangedFile[],
  more: readonly string[],
): Promise<void> {
  if (files.length === 0) return
  const args = ['checkout-index', '--index', ...more, '-z', '--stdin']
  const input = pathsToBytes(files.map(({ path }) => path))
  requireSuccess(await writeGit(ssh, args, { input, deadlineMs: longDeadlineMs }))
}

export async function removeFiles(ssh: SshConnection, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  const removed = await ssh.run(['xargs', '-0', 'rm', '-f', '--'], {
    input: pathsToBytes(paths),
    deadlineMs: longDeadlineMs,
  })
  if (removed.exitCode !== 0) throw new GitFailure('refused', removed.stderr.toString('utf8'))
}

/** What git could not bring back, or would not undo. */
function refuseOthers(changed: readonly ChangedFile[], untracked: readonly string[]): void {
  const conflicts = new Set(changed.flatMap(({ status, path }) => (status === 'U' ? [path] : [])))
  if (conflicts.size > 0) {
    throw new GitFailure(
      'conflict',
      `Resolve these conflicts or abort what is under way: ${namePaths([...conflicts])}.`,
    )
  }
  const submodules = changed.flatMap(({ mode, path }) => (mode === '160000' ? [path] : []))
  const repositories = untracked.filter((path) => path.endsWith('/'))
  const others = [...submodules, ...repositories]
  if (others.length > 0) {
    throw new GitFailure('refused', `A repository of its own is not discarded from outside: ${namePaths(others)}.`)
  }
}

function nameOnOneLine(paths: readonly string[]): string {
  const [first = '', ...others] = paths
  const name = first.replace(/\p{Cc}+/gu, ' ').slice(0, 200)
  return others.length === 0 ? name : `${name} and ${others.length} more`
}
