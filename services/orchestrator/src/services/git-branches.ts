/** Local and remote branches. */
import type { GitBranch } from '@craftastic/contract'
import { readFields } from './git-bytes.ts'
import { requireGit } from './git-command.ts'
import { shortRefName } from './git-head.ts'
import { readTime } from './git-log.ts'
import type { SshConnection } from './ssh.ts'

const fields = [
  'refname',
  'symref',
  'objectname',
  'committerdate:unix',
  'contents:subject',
  'upstream',
  'upstream:track,nobracket',
  'HEAD',
  'worktreepath',
]

/** The newest first. */
export async function listGitBranches(ssh: SshConnection): Promise<GitBranch[]> {
  const format = fields.map((field) => `%(${field})%00`).join('')
  const args = ['for-each-ref', '--sort=-committerdate', `--format=${format}`, 'refs/heads', 'refs/remotes']
  return parseGitBranches((await requireGit(ssh, args)).stdout)
}

export function parseGitBranches(output: Buffer): GitBranch[] {
  const values = readFields(output)
  const branches: GitBranch[] = []
  for (let index = 0; index + fields.length <= values.length; index += fields.length) {
    const [name = '', symref, commit = '', time, subject = '', upstream = '', track = '', head, ...rest] = values.slice(
      index,
      index + fields.length,
    )
    // `origin/HEAD` is another name of a branch.
    if (symref !== '') continue
    // Each record ends with a line's end, which is found before the next one.
    const ref = name.replace(/^\n/, '')
    const current = head === '*'
    const worktree = rest[0] ?? ''
    branches.push({
      name: shortRefName(ref),
      remote: ref.startsWith('refs/remotes/'),
      current,
      commit,
      committedAt: readTime(time),
      subject,
      upstream: upstream === '' ? null : shortRefName(upstream),
      ahead: Number(/ahead (\d+)/.exec(track)?.[1] ?? 0),
      behind: Number(/behind (\d+)/.exec(track)?.[1] ?? 0),
      worktree: current || worktree === '' ? null : worktree,
    })
  }
  return branches
}
