/**
 * A merge and a rebase write over files that git ignores, without a word: such a file may be the only copy of somebody's
 * settings. git's own `--no-overwrite-ignore` holds for a fast-forward only.
 */
import { readFields } from './git-bytes.ts'
import { readGit, requireGit } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { namePaths } from './git-index.ts'
import type { SshConnection } from './ssh.ts'

/** @throws GitFailure refused, when bringing `ref` into HEAD would write over a file that is ignored here */
export async function requireNoIgnoredInTheWay(ssh: SshConnection, ref: string): Promise<void> {
  const added = await listAdded(ssh, ref)
  if (added.length === 0) return
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--full-name']
  const inTheWay = readFields((await requireGit(ssh, args, { paths: added })).stdout)
  if (inTheWay.length === 0) return
  const words = `git ignores ${namePaths(inTheWay)} here, and what is pulled would write over that. Move it away first.`
  throw new GitFailure('refused', words)
}

/** Paths that `ref` has and the commit from which both came has not; all of its paths where there is no one such commit. */
async function listAdded(ssh: SshConnection, ref: string): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-only', '--diff-filter=A', '--merge-base', 'HEAD', ref]
  const result = await readGit(ssh, args)
  if (result.exitCode === 0) return readFields(result.stdout)
  return readFields((await requireGit(ssh, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', ref])).stdout)
}
