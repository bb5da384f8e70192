/** Push, fetch and pull. Whose credentials are used is git's own configuration in the container. */
import { allWords, longDeadlineMs, readGit, writeGit, type GitResult } from './git-command.ts'
import { explainTransfer, GitFailure } from './git-failure.ts'
import { findRemote, readGitHead, readUpstream, shortRefName, type GitHead, type GitUpstream } from './git-head.ts'
import { requireNoIgnoredInTheWay } from './git-ignored.ts'
import { requireNoConflict } from './git-index.ts'
import type { SshConnection } from './ssh.ts'

/**
 * The branch, or the current one, to the branch of its name, which it then belongs to: with another upstream it would count
 * as not pushed for ever. `force` is refused where the remote has what was never here.
 */
export async function push(
  ssh: SshConnection,
  { branch: given, force }: { branch?: string | undefined; force: boolean },
): Promise<string> {
  const head = await readGitHead(ssh)
  const branch = given ?? head.branch
  if (branch === null)
    throw new GitFailure('refused', 'HEAD is detached: create a branch first, or name the one to push.')
  const upstream = branch === head.branch ? head.upstream : await readUpstream(ssh, branch)
  const remote = await requireRemote(ssh, upstream)
  const ref = `refs/heads/${branch}`
  const args = [
    'push',
    ...(upstream?.trackingRef === `refs/remotes/${remote}/${branch}` ? [] : ['--set-upstream']),
    ...(force ? [`--force-with-lease=${ref}`, '--force-if-includes'] : []),
    '--',
    remote,
    `${ref}:${ref}`,
  ]
  return allWords(requireTransfer(await writeGit(ssh, args, { deadlineMs: longDeadlineMs })))
}

export async function fetch(ssh: SshConnection): Promise<string> {
  const { upstream } = await readGitHead(ssh)
  return fetchFrom(ssh, await requireRemote(ssh, upstream))
}

async function fetchFrom(ssh: SshConnection, remote: string): Promise<string> {
  return allWords(requireTransfer(await writeGit(ssh, ['fetch', '--', remote], { deadlineMs: longDeadlineMs })))
}

/** What a pull brings together, after its fetch: `ref` into `branch`. */
export type PullTarget = { branch: string; ref: string; output: string }

/** Fetches what `integrate` then brings together with the current branch; only that needs the working tree for itself. */
export async function fetchForPull(ssh: SshConnection): Promise<PullTarget> {
  const head = await readGitHead(ssh)
  if (head.branch === null) throw new GitFailure('refused', 'HEAD is detached: there is no branch to pull into.')
  const { branch } = head
  if (head.upstream?.remote === '.') return { branch, ref: head.upstream.trackingRef, output: '' }
  const remote = await requireRemote(ssh, head.upstream)
  const output = await fetchFrom(ssh, remote)
  return { branch, ref: await requireTrackingRef(ssh, head, remote), output }
}

/** Answers git's words. @throws GitFailure conflict, and what has begun waits to be settled */
export async function integrate(
  ssh: SshConnection,
  { branch, ref, output }: PullTarget,
  rebase: boolean,
): Promise<string> {
  if ((await readGitHead(ssh)).branch !== branch) {
    const words = `"${branch}" is not the current branch any more, so nothing was pulled into it; what it belongs to was fetched.`
    throw new GitFailure('refused', words)
  }
  await requireNoIgnoredInTheWay(ssh, ref)
  const args = rebase ? ['rebase', ref] : ['merge', '--no-edit', shortRefName(ref)]
  const result = await writeGit(ssh, args, { deadlineMs: longDeadlineMs })
  await requireNoConflict(ssh, result)
  return [output, allWords(result)].filter((part) => part !== '').join('\n')
}

async function requireTrackingRef(ssh: SshConnection, head: GitHead, remote: string): Promise<string> {
  const ref = head.upstream?.trackingRef ?? `refs/remotes/${remote}/${head.branch ?? ''}`
  const found = await readGit(ssh, ['show-ref', '--verify', '--quiet', ref])
  if (found.exitCode === 0) return ref
  throw new GitFailure('refused', `"${remote}" has no branch "${head.branch ?? ''}", and the branch has no upstream.`)
}

async function requireRemote(ssh: SshConnection, upstream: GitUpstream | null): Promise<string> {
  const remote = await findRemote(ssh, upstream)
  if (remote !== null) return remote
  throw new GitFailure(
    'refused',
    'The repository has no remote "origin". Add one in a terminal: git remote add origin URL',
  )
}

function requireTransfer(result: GitResult): GitResult {
  if (result.exitCode === 0) return result
  const words = allWords(result)
  throw new GitFailure(explainTransfer(words), words)
}
