/** Commits, page by page. */
import type { GitCommit, GitLog, GitLogQuery } from '@craftastic/contract'
import { readFields } from './git-bytes.ts'
import { gitCommand, readVariables, requireGit } from './git-command.ts'
import { readGitHead, type GitHead } from './git-head.ts'
import type { SshConnection } from './ssh.ts'

const fields = ['%H', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%s', '%b', '%D']
/** Branches and tags; neither stashes nor what was discarded. */
const shownRefs = ['refs/heads/', 'refs/remotes/', 'refs/tags/', 'HEAD']
const allTips = ['--branches', '--remotes', '--tags']
/** Some 200,000 commits that were not pushed. */
const maxUnpushedBytes = 8 * 1024 * 1024

/** @throws GitFailure no_repository */
export async function readGitLog(ssh: SshConnection, query: GitLogQuery): Promise<GitLog> {
  const head = await readGitHead(ssh)
  const headTips = head.commit === null ? [] : [head.commit]
  const tips = query.all === 'true' ? [...allTips, ...headTips] : headTips
  if (tips.length === 0) return { commits: [], next: null }
  const from = query.before === undefined ? { tips, skip: 0 } : await findPlace(ssh, tips, query.before)
  const { stdout } = await requireGit(ssh, [
    'log',
    '-z',
    `--format=tformat:${fields.join('%x00')}`,
    ...shownRefs.map((ref) => `--decorate-refs=${ref}`),
    `--max-count=${query.limit + 1}`,
    `--skip=${from.skip}`,
    ...from.tips,
  ])
  const commits = parseGitLog(stdout)
  const page = commits.slice(0, query.limit)
  const unpushed = await findUnpushed(ssh, page, head)
  return {
    commits: page.map((commit) => ({ ...commit, pushed: unpushed !== null && !unpushed.has(commit.commit) })),
    next: commits.length > query.limit ? (page.at(-1)?.commit ?? null) : null,
  }
}

/**
 * Where the commits after `before` begin. Parallel branches are why it is counted from the tips: a walk that began at
 * `before` would not see what it does not descend from. One that is not reachable any more is walked from.
 */
async function findPlace(ssh: SshConnection, tips: readonly string[], before: string) {
  const list = gitCommand(['rev-list', ...tips], readVariables)
  const script = 'before=$1; shift; "$@" | grep -n -m1 -x -F -e "$before"'
  const { stdout } = await ssh.run(['sh', '-c', script, 'sh', before, ...list], { deadlineMs: 60_000 })
  const position = Number.parseInt(stdout.toString('utf8'), 10)
  return Number.isNaN(position) ? { tips: [before], skip: 1 } : { tips, skip: position }
}

export function parseGitLog(output: Buffer): Omit<GitCommit, 'pushed'>[] {
  const values = readFields(output)
  const commits: Omit<GitCommit, 'pushed'>[] = []
  for (let index = 0; index + fields.length <= values.length; index += fields.length) {
    const [commit = '', parents = '', name = '', email = '', authored, ...rest] = values.slice(
      index,
      index + fields.length,
    )
    const [committerName = '', committerEmail = '', committed, subject = '', body = '', refs = ''] = rest
    commits.push({
      commit,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      author: { name, email },
      authoredAt: readTime(authored),
      committer: { name: committerName, email: committerEmail },
      committedAt: readTime(committed),
      subject,
      body: body.trimEnd(),
      refs: refs.split(', ').flatMap((ref) => (ref === '' ? [] : ref.split(' -> '))),
    })
  }
  return commits
}

/** Of these, what no remote has, whichever branch it is on; null when nothing of a remote is known. */
async function findUnpushed(
  ssh: SshConnection,
  page: readonly { commit: string }[],
  { upstream }: GitHead,
): Promise<ReadonlySet<string> | null> {
  // A remote may be followed outside of `refs/remotes`.
  const tracked = upstream === null || upstream.remote === '.' ? [] : [upstream.trackingRef]
  const anyOfRemotes = ['for-each-ref', '--count=1', '--format=%(objectname)', 'refs/remotes']
  if (tracked.length === 0 && (await requireGit(ssh, anyOfRemotes)).stdout.length === 0) return null
  const input = page.map(({ commit }) => `${commit}\n`).join('')
  const options = { input, maxOutputBytes: maxUnpushedBytes, cut: true }
  const { stdout } = await requireGit(ssh, ['rev-list', '--stdin', '--not', '--remotes', ...tracked], options)
  return new Set(stdout.toString('utf8').split('\n'))
}

/** Seconds since 1970, which a commit may claim whatever it likes of, as ISO 8601. */
export function readTime(seconds: string | undefined): string {
  const time = Math.min(Math.max(Number(seconds ?? 0) || 0, 0), 253_402_300_799)
  return new Date(time * 1000).toISOString()
}
