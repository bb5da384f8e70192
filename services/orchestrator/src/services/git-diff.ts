/** Differences as unified diffs, cut where they are too long to be read. */
import { maxGitDiffBytes, type GitDiff, type GitDiffQuery } from '@craftastic/contract'
import { bytesToText } from './git-bytes.ts'
import { readGit, requireGit, requireSuccess, type GitReadOptions } from './git-command.ts'
import { withTemporaryIndex } from './git-index.ts'
import type { SshConnection } from './ssh.ts'

/** Whatever the configuration says: prefixes and lines as `git apply` reads them, and no program of the repository. */
const diffOptions = [
  '--patch',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--no-relative',
  '--unified=3',
  '--inter-hunk-context=0',
  '--submodule=short',
  '--find-renames',
]

const limits = { maxOutputBytes: maxGitDiffBytes, cut: true }

/** @throws GitFailure */
export async function readGitDiff(ssh: SshConnection, query: GitDiffQuery): Promise<GitDiff> {
  const { path, origPath, commit } = query
  const paths = path === undefined ? undefined : [path, ...(origPath === undefined ? [] : [origPath])]
  const options = { ...limits, ...(paths === undefined ? {} : { paths }) }
  if (commit !== undefined) {
    return readDiff(ssh, ['show', '--format=', '--diff-merges=first-parent', ...diffOptions, commit], options)
  }
  if (query.staged === 'true') return readDiff(ssh, ['diff', '--cached', ...diffOptions], options)
  const diff = await readDiff(ssh, ['diff', ...diffOptions], options)
  return diff.diff === '' && path !== undefined ? readUntrackedDiff(ssh, path, diff) : diff
}

/**
 * An index of its own in which the file is meant to be added makes git show it as it would be added, and so that hunks of
 * it can be staged. It reads the file, but writes neither it nor the index.
 */
async function readUntrackedDiff(ssh: SshConnection, path: string, otherwise: GitDiff): Promise<GitDiff> {
  const found = await requireGit(ssh, ['ls-files', '--others', '--exclude-standard', '-z'], { paths: [path] })
  if (found.stdout.length === 0) return otherwise
  return withTemporaryIndex(ssh, async (variables) => {
    await requireGit(ssh, ['add', '--intent-to-add'], { paths: [path], variables })
    return readDiff(ssh, ['diff', ...diffOptions], { ...limits, variables })
  })
}

async function readDiff(ssh: SshConnection, args: readonly string[], options: GitReadOptions): Promise<GitDiff> {
  const { stdout, isComplete } = requireSuccess(await readGit(ssh, args, options))
  if (isComplete) return { diff: bytesToText(stdout), truncated: false }
  // A line that is longer than everything is cut inside.
  const end = stdout.lastIndexOf('\n') + 1
  return { diff: bytesToText(end === 0 ? stdout : stdout.subarray(0, end)), truncated: true }
}
