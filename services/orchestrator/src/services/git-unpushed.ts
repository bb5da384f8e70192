/** What of a branch the remote does not have, as far as the repository knows: by what was last fetched or pushed. */
import { maxUnpushedCommits, type DeployCheck } from '@craftastic/contract'
import { readFields } from './git-bytes.ts'
import { readGit, requireGit } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { readGitHead } from './git-head.ts'
import { readGitStatus } from './git-status.ts'
import type { SshConnection } from './ssh.ts'

/** @param wanted Null is the current branch. @throws GitFailure no_repository, and refused while HEAD is detached */
export async function readUnpushed(ssh: SshConnection, wanted: string | null): Promise<DeployCheck> {
  const head = await readGitHead(ssh)
  const branch = wanted ?? head.branch
  if (branch === null) {
    throw new GitFailure('refused', 'The environment is on no branch (HEAD is detached). Name the branch to deploy.')
  }
  const [local, tracking] = [`refs/heads/${branch}`, `refs/remotes/origin/${branch}`]
  const [isHere, onRemote, changedFiles] = await Promise.all([
    hasRef(ssh, local),
    hasRef(ssh, tracking),
    branch === head.branch ? countChangedFiles(ssh) : 0,
  ])
  const unpushed = isHere ? await readCommits(ssh, local, onRemote ? tracking : '--remotes=origin') : noCommits
  // A branch that is not here is the remote's affair.
  return { branch, looked: true, onRemote: onRemote || !isHere, unpushed, changedFiles }
}

const noCommits: DeployCheck['unpushed'] = { count: 0, commits: [] }

async function readCommits(ssh: SshConnection, branch: string, known: string): Promise<DeployCheck['unpushed']> {
  const range = [branch, '--not', known, '--']
  const { stdout: count } = await requireGit(ssh, ['rev-list', '--count', ...range])
  const format = '--format=tformat:%H%x00%s'
  const { stdout } = await requireGit(ssh, ['log', '-z', format, `--max-count=${maxUnpushedCommits}`, ...range])
  const values = readFields(stdout)
  const commits = []
  for (let index = 0; index + 1 < values.length; index += 2) {
    commits.push({ commit: values[index] ?? '', subject: values[index + 1] ?? '' })
  }
  return { count: Number(count.toString('utf8')), commits }
}

async function hasRef(ssh: SshConnection, ref: string): Promise<boolean> {
  return (await readGit(ssh, ['show-ref', '--verify', '--quiet', ref])).exitCode === 0
}

async function countChangedFiles(ssh: SshConnection): Promise<number> {
  return (await readGitStatus(ssh)).files.length
}
