/** Where HEAD stands, and what the branch belongs to. */
import { readFields } from './git-bytes.ts'
import { requireGit, readGit } from './git-command.ts'
import type { SshConnection } from './ssh.ts'

export type GitUpstream = {
  /** The remote's name; `.` for a branch of this repository. */
  remote: string
  /** What follows it here, such as `refs/remotes/origin/main`. */
  trackingRef: string
}

export type GitHead = {
  /** Null on a branch without commits. */
  commit: string | null
  /** Null while detached. */
  branch: string | null
  upstream: GitUpstream | null
}

/** @throws GitFailure no_repository */
export async function requireRepository(ssh: SshConnection): Promise<void> {
  await requireGit(ssh, ['rev-parse', '--git-dir'])
}

/** @throws GitFailure no_repository */
export async function readGitHead(ssh: SshConnection): Promise<GitHead> {
  await requireRepository(ssh)
  const [commit, ref] = await Promise.all([
    readGit(ssh, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
    readGit(ssh, ['symbolic-ref', '--quiet', 'HEAD']),
  ])
  const fullName = ref.exitCode === 0 ? ref.stdout.toString('utf8').trim() : ''
  const branch = fullName.startsWith('refs/heads/') ? fullName.slice('refs/heads/'.length) : null
  return {
    commit: commit.exitCode === 0 ? commit.stdout.toString('utf8').trim() : null,
    branch,
    upstream: branch === null ? null : await readUpstream(ssh, branch),
  }
}

/** Null without one, or while what follows it is not there. */
export async function readUpstream(ssh: SshConnection, branch: string): Promise<GitUpstream | null> {
  const format = '%(upstream:remotename)%00%(upstream)%00%(upstream:track)%00'
  const { stdout } = await requireGit(ssh, ['for-each-ref', `--format=${format}`, `refs/heads/${branch}`])
  const [remote = '', trackingRef = '', track = ''] = readFields(stdout)
  return trackingRef === '' || track === '[gone]' ? null : { remote, trackingRef }
}

/** Of the branch, else `origin`; null when the repository does not have it. */
export async function findRemote(ssh: SshConnection, upstream: GitUpstream | null): Promise<string | null> {
  const wanted = upstream === null || upstream.remote === '.' ? 'origin' : upstream.remote
  const { stdout } = await requireGit(ssh, ['remote'])
  return stdout.toString('utf8').split('\n').includes(wanted) ? wanted : null
}

/** A ref as people name it. */
export function shortRefName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|remotes|tags)\//, '')
}
