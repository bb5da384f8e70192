/** Stashes, named by their commit: their numbers change whenever one comes or goes. */
import type { GitKept } from '@craftastic/contract'
import { bytesToText, readFields } from './git-bytes.ts'
import { allWords, readGit, requireGit, requireSuccess, writeGit } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { keepCommit } from './git-kept.ts'
import { requireRepository } from './git-head.ts'
import { requireNoConflict } from './git-index.ts'
import { readTime } from './git-log.ts'
import type { SshConnection } from './ssh.ts'

/** The newest first. @throws GitFailure no_repository */
export async function listGitStashes(ssh: SshConnection): Promise<GitKept[]> {
  await requireRepository(ssh)
  const found = await readGit(ssh, ['show-ref', '--verify', '--quiet', 'refs/stash'])
  if (found.exitCode !== 0) return []
  const { stdout } = await requireGit(ssh, ['stash', 'list', '-z', '--format=tformat:%H%x00%gs%x00%ct'])
  const values = readFields(stdout)
  return Array.from({ length: Math.floor(values.length / 3) }, (_, index) => {
    const [commit = '', message = '', time] = values.slice(index * 3, index * 3 + 3)
    return { commit, message, createdAt: readTime(time) }
  })
}

export async function createGitStash(ssh: SshConnection, message: string | undefined): Promise<string> {
  const named = message === undefined || message === '' ? [] : [`--message=${message}`]
  const result = requireSuccess(await writeGit(ssh, ['stash', 'push', '--include-untracked', ...named]))
  const words = allWords(result)
  if (/^No local changes to save/m.test(words)) throw new GitFailure('nothing_to_commit', words)
  return words
}

/** What was staged is staged again where that is possible. A stash that is dropped is kept like what is discarded. */
export async function useGitStash(
  ssh: SshConnection,
  stash: string,
  action: 'apply' | 'pop' | 'drop',
): Promise<string> {
  const words: string[] = []
  await requireStash(ssh, stash)
  if (action !== 'drop') words.push(await applyStash(ssh, stash))
  if (action !== 'apply') words.push(await dropStash(ssh, stash, action === 'drop'))
  return words.filter((part) => part !== '').join('\n')
}

async function applyStash(ssh: SshConnection, stash: string): Promise<string> {
  const whole = await writeGit(ssh, ['stash', 'apply', '--index', stash])
  if (whole.exitCode === 0) return allWords(whole)
  // What was staged conflicts: git has changed nothing then, and says so.
  const isIndexOnly = /Conflicts in index|without --index/i.test(allWords(whole))
  const result = isIndexOnly ? await writeGit(ssh, ['stash', 'apply', stash]) : whole
  return allWords(await requireNoConflict(ssh, result))
}

const dropAttempts = 3

/**
 * Git drops by number only, and a git in a terminal may have changed the numbers since they were read: what was dropped
 * instead is put back.
 */
async function dropStash(ssh: SshConnection, stash: string, keep: boolean): Promise<string> {
  if (keep) await keepCommit(ssh, stash)
  for (let attempt = 0; attempt < dropAttempts; attempt += 1) {
    const position = await requireStash(ssh, stash)
    const words = allWords(requireSuccess(await writeGit(ssh, ['stash', 'drop', `stash@{${position}}`])))
    const [, dropped] = /^Dropped .*\(([0-9a-f]{40,64})\)$/m.exec(words) ?? []
    if (dropped === undefined || dropped === stash) return words
    await putBack(ssh, dropped)
  }
  throw new GitFailure('refused', 'Other stashes come and go at this moment, so this one was not dropped. Try again.')
}

async function putBack(ssh: SshConnection, stash: string): Promise<void> {
  // The first line of its commit is what it is called in the list.
  const { stdout } = await requireGit(ssh, ['show', '--no-patch', '--format=%s', stash])
  const message = bytesToText(stdout).trimEnd()
  requireSuccess(await writeGit(ssh, ['stash', 'store', `--message=${message}`, stash]))
}

/** Its place in the list. */
async function requireStash(ssh: SshConnection, stash: string): Promise<number> {
  const position = (await listGitStashes(ssh)).findIndex(({ commit }) => commit === stash)
  if (position === -1) throw new GitFailure('refused', 'This stash is not there any more.')
  return position
}
