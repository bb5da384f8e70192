/**
 * Worktrees below the workspace. The connection runs in the workspace, whose repository they belong to. No hook of the
 * repository runs: making a place to work is not working on it.
 */
import { longDeadlineMs, readGit, requireGit, requireSuccess, writeGit, type GitResult } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { readCommandLines, readProcessTable } from './process-table.ts'
import type { SshConnection } from './ssh.ts'
import { workspace, worktreesDirectory } from './working-tree.ts'

export type GitWorktree = {
  path: string
  /** Null while its HEAD is detached. */
  branch: string | null
  /** Git is filling it, or was killed while it did. */
  isUnfinished: boolean
}

/** The first one is the workspace. @throws GitFailure no_repository */
export async function listGitWorktrees(ssh: SshConnection): Promise<GitWorktree[]> {
  const { stdout } = await requireGit(ssh, ['worktree', 'list', '--porcelain'])
  return parseGitWorktrees(stdout.toString('utf8'))
}

export function parseGitWorktrees(output: string): GitWorktree[] {
  return output
    .split('\n\n')
    .map((record) => record.split('\n'))
    .flatMap((lines) => {
      const valueOf = (name: string) =>
        lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? null
      const path = valueOf('worktree')
      if (path === null) return []
      const branch = valueOf('branch')?.replace(/^refs\/heads\//, '') ?? null
      return [{ path, branch, isUnfinished: valueOf('locked') === 'initializing' }]
    })
}

/** Whether the directory is there and says that it is a worktree. */
export async function hasGitWorktree(ssh: SshConnection, path: string): Promise<boolean> {
  return pathExists(ssh, `${path}/.git`)
}

export async function pathExists(ssh: SshConnection, path: string): Promise<boolean> {
  return (await ssh.run(['test', '-e', path])).exitCode === 0
}

/** The names in the directory of worktrees, whatever they are. */
export async function listWorktreeNames(ssh: SshConnection): Promise<string[]> {
  const { stdout } = await ssh.run(['ls', '-A', '--', worktreesDirectory])
  return stdout.toString('utf8').split('\n')
}

/**
 * Makes the worktree. A branch that is here is checked out, one that only a remote has is tracked, any other begins at
 * HEAD. What is left of an attempt that was cut short goes first. Answers whether the branch was made. @throws GitFailure
 */
export async function addGitWorktree(
  ssh: SshConnection,
  path: string,
  branch: string,
): Promise<{ madeBranch: boolean }> {
  await clearPlace(ssh, path)
  await hideWorktrees(ssh)
  const isHere = await hasRef(ssh, `refs/heads/${branch}`)
  const args = isHere ? ['--', path, branch] : await beginBranch(ssh, branch, path)
  requireSuccess(await writeWorktree(ssh, ['add', ...args]))
  return { madeBranch: !isHere }
}

/** Git refuses when there are changes; `force` is for one whose directory is gone or was never finished. @throws GitFailure */
export async function removeGitWorktree(ssh: SshConnection, path: string, force = false): Promise<void> {
  // Twice: a lock is git's own of an attempt that was cut short.
  requireSuccess(await writeWorktree(ssh, ['remove', ...(force ? ['--force', '--force'] : []), '--', path]))
}

/** Answers whether it is gone. */
export async function deleteGitBranch(ssh: SshConnection, branch: string): Promise<boolean> {
  return (await writeGit(ssh, ['branch', '--delete', '--force', '--', branch])).exitCode === 0
}

/** Commits of HEAD that no remote, other branch or tag has. The connection runs in the worktree. */
export async function countOwnCommits(ssh: SshConnection, branch: string | null): Promise<number> {
  const others = [...(branch === null ? [] : [`--exclude=${branch}`]), '--branches', '--remotes', '--tags']
  const { stdout } = await requireGit(ssh, ['rev-list', '--count', 'HEAD', '--not', ...others])
  return Number(stdout.toString('utf8'))
}

/** The first of `branch-2`, `branch-3` … that no branch has here or at a remote. */
export async function proposeBranch(ssh: SshConnection, branch: string): Promise<string> {
  const { stdout } = await requireGit(ssh, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes'])
  const taken = new Set(
    stdout
      .toString('utf8')
      .split('\n')
      .map((ref) => ref.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, '')),
  )
  let number = 2
  while (taken.has(`${branch}-${number}`)) number += 1
  return `${branch}-${number}`
}

async function clearPlace(ssh: SshConnection, path: string): Promise<void> {
  const known = (await listGitWorktrees(ssh)).find((worktree) => worktree.path === path)
  if (known === undefined) return
  if (!known.isUnfinished && (await hasGitWorktree(ssh, path))) return
  if (known.isUnfinished && (await isAddingWorktree(ssh))) {
    throw new GitFailure('refused', `git is still filling "${path}". Try again in a moment.`)
  }
  // Without its `.git` there is nothing that git would remove, and what lies there is not git's.
  const isBroken = !(await hasGitWorktree(ssh, path)) && (await pathExists(ssh, path))
  if (isBroken && (await ssh.run(['rmdir', '--', path])).exitCode !== 0) {
    throw new GitFailure('refused', `"${path}" is no worktree any more. Move it out of the way in a terminal.`)
  }
  await removeGitWorktree(ssh, path, true)
}

/** Whether a git makes a worktree now; which one it is, a long command line may not tell. */
async function isAddingWorktree(ssh: SshConnection): Promise<boolean> {
  const gits = (await readProcessTable(ssh)).filter(({ name, state }) => name === 'git' && state !== 'ended')
  const commandLines = await readCommandLines(
    ssh,
    gits.map(({ pid }) => pid),
  )
  return gits.some(({ pid }) => / worktree add /.test(commandLines.get(pid)?.join(' ') ?? ''))
}

/** The workspace's status does not show them. Not in `.gitignore`, which is the project's. @throws GitFailure */
export async function hideWorktrees(ssh: SshConnection): Promise<void> {
  const find = await requireGit(ssh, ['rev-parse', '--git-path', 'info/exclude'])
  const file = find.stdout.toString('utf8').replace(/\n$/, '')
  const hidden = await ssh.run(['sh', '-c', hideScript, 'sh', file, `${worktreesDirectory.slice(workspace.length)}/`])
  if (hidden.exitCode === 0) return
  throw new GitFailure('refused', `"${file}" could not be written: ${hidden.stderr.toString('utf8').trim()}`)
}

const hideScript = `grep -qxF -- "$2" "$1" 2>/dev/null && exit
mkdir -p -- "$(dirname -- "$1")" || exit
[ -z "$(tail -c 1 -- "$1" 2>/dev/null)" ] || echo >>"$1"
printf '%s\\n' "$2" >>"$1"`

async function beginBranch(ssh: SshConnection, branch: string, path: string): Promise<string[]> {
  const tracked = await findTracked(ssh, branch)
  if (tracked !== null) return ['--track', '-b', branch, '--', path, tracked]
  if (await hasRef(ssh, 'HEAD')) return ['--no-track', '-b', branch, '--', path, 'HEAD']
  throw new GitFailure(
    'refused',
    'The repository has no commit yet, and a branch begins at one. Make the first commit.',
  )
}

/** The remote branch of this name; of several that of `origin`, else none. */
async function findTracked(ssh: SshConnection, branch: string): Promise<string | null> {
  const { stdout } = await requireGit(ssh, ['remote'])
  const remotes = stdout
    .toString('utf8')
    .split('\n')
    .filter((remote) => remote !== '')
  const refs = remotes.map((remote) => `refs/remotes/${remote}/${branch}`)
  const found: string[] = []
  for (const ref of refs) if (await hasRef(ssh, ref)) found.push(ref)
  const origins = `refs/remotes/origin/${branch}`
  return found.includes(origins) ? origins : found.length === 1 ? (found[0] ?? null) : null
}

async function hasRef(ssh: SshConnection, ref: string): Promise<boolean> {
  return (await readGit(ssh, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])).exitCode === 0
}

function writeWorktree(ssh: SshConnection, args: readonly string[]): Promise<GitResult> {
  return writeGit(ssh, ['-c', 'core.hooksPath=/dev/null', 'worktree', ...args], { deadlineMs: longDeadlineMs })
}
