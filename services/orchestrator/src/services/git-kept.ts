/**
 * What was discarded and can be brought back: commits under refs that neither our log nor our pushes show, each with the
 * time in its name. Of discarded files the commit's tree holds their very bytes, its parent's tree what they are afterwards,
 * as git sees them.
 */
import { discardDays, type GitKept } from '@craftastic/contract'
import { pathsToBytes, readFields, textToBytes } from './git-bytes.ts'
import { literalPaths, requireGit, requireSuccess, writeGit } from './git-command.ts'
import { withExactFiles } from './git-exact.ts'
import { GitFailure } from './git-failure.ts'
import { readGitHead } from './git-head.ts'
import { withTemporaryIndex, writeTree } from './git-index.ts'
import { readTime } from './git-log.ts'
import type { SshConnection } from './ssh.ts'

const refPrefix = 'refs/craftastic/discarded/'
const daySeconds = 24 * 60 * 60

/** Kept commits are nobody's work to be signed or counted. */
const identity = {
  GIT_AUTHOR_NAME: 'Craftastic',
  GIT_AUTHOR_EMAIL: 'craftastic@localhost',
  GIT_COMMITTER_NAME: 'Craftastic',
  GIT_COMMITTER_EMAIL: 'craftastic@localhost',
}

type KeptRef = GitKept & { ref: string; atSeconds: number }

/** The newest first, without those whose time is over. @throws GitFailure no_repository */
export async function listGitDiscards(ssh: SshConnection): Promise<GitKept[]> {
  const refs = (await listRefs(ssh)).filter(({ atSeconds }) => atSeconds >= oldestSeconds())
  return refs.map(({ commit, message, createdAt }) => ({ commit, message, createdAt }))
}

/** @throws GitFailure refused when it is not kept any more */
export async function requireKept(ssh: SshConnection, commit: string): Promise<KeptRef> {
  const kept = (await listRefs(ssh)).find((entry) => entry.commit === commit)
  if (kept !== undefined) return kept
  throw new GitFailure('refused', `This is not kept any more. What is discarded is kept for ${discardDays} days.`)
}

export async function keepCommit(ssh: SshConnection, commit: string): Promise<void> {
  const ref = `${refPrefix}${nowSeconds()}-${commit}`
  requireSuccess(await writeGit(ssh, ['update-ref', ref, commit]))
  const old = (await listRefs(ssh)).filter(({ atSeconds }) => atSeconds < oldestSeconds())
  await forgetKept(ssh, old)
}

export async function forgetKept(ssh: SshConnection, refs: readonly KeptRef[]): Promise<void> {
  if (refs.length === 0) return
  const input = refs.map(({ ref }) => `delete ${ref}\n`).join('')
  requireSuccess(await writeGit(ssh, ['update-ref', '--stdin'], { input }))
}

export type KeepRequest = {
  /** The files as they are afterwards, as `git update-index --index-info` reads them. */
  afterwards: Uint8Array
  paths: readonly string[]
  /** Is undone from the files as they are: then that is what they are afterwards. */
  patch?: Uint8Array
  message: string
}

/** Keeps these files as they are in the working tree. Answers the commit; null when there is nothing to keep. */
export async function keepFiles(ssh: SshConnection, request: KeepRequest): Promise<string | null> {
  const { commit: head } = await readGitHead(ssh)
  const { now, afterwards } = await withTemporaryIndex(ssh, (variables) => writeTrees(ssh, request, variables))
  if (now === afterwards) return null
  const exactly = await withExactFiles(ssh, async (variables) => {
    requireSuccess(await writeGit(ssh, ['read-tree', afterwards], { variables }))
    await takeFiles(ssh, request.paths, variables)
    return writeTree(ssh, variables)
  })
  const base = await commitTree(ssh, afterwards, head, request.message)
  const commit = await commitTree(ssh, exactly, base, request.message)
  await keepCommit(ssh, commit)
  return commit
}

async function writeTrees(
  ssh: SshConnection,
  { afterwards, paths, patch }: KeepRequest,
  variables: Readonly<Record<string, string>>,
): Promise<{ now: string; afterwards: string }> {
  const options = { variables: { ...literalPaths, ...variables } }
  if (afterwards.length > 0) {
    requireSuccess(await writeGit(ssh, ['update-index', '-z', '--index-info'], { ...options, input: afterwards }))
  }
  const before = await writeTree(ssh, variables)
  await takeFiles(ssh, paths, variables)
  const now = await writeTree(ssh, variables)
  if (patch === undefined) return { now, afterwards: before }
  const undo = ['apply', '--cached', '--reverse', '--whitespace=nowarn', '-']
  requireSuccess(await writeGit(ssh, undo, { ...options, input: patch }))
  return { now, afterwards: await writeTree(ssh, variables) }
}

/** Takes files as they are, or that they are not there, into an index that is not the repository's own. */
export async function takeFiles(
  ssh: SshConnection,
  paths: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  if (paths.length === 0) return
  const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin']
  requireSuccess(await writeGit(ssh, args, { input: pathsToBytes(paths), variables }))
}

async function commitTree(ssh: SshConnection, tree: string, parent: string | null, message: string): Promise<string> {
  const args = ['commit-tree', ...(parent === null ? [] : ['-p', parent]), tree]
  const input = textToBytes(`${message}\n`)
  return requireSuccess(await writeGit(ssh, args, { input, variables: identity }))
    .stdout.toString('utf8')
    .trim()
}

async function listRefs(ssh: SshConnection): Promise<KeptRef[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(contents:subject)%00'
  const { stdout } = await requireGit(ssh, ['for-each-ref', '--sort=-refname', format, refPrefix])
  const values = readFields(stdout)
  const refs = Array.from({ length: Math.floor(values.length / 3) }, (_, index) => {
    const [name = '', commit = '', message = ''] = values.slice(index * 3, index * 3 + 3)
    const ref = name.replace(/^\n/, '')
    const seconds = new RegExp(`^${refPrefix}(\\d{1,12})-[0-9a-f]+$`).exec(ref)?.[1]
    return { ref, commit, message, createdAt: readTime(seconds), atSeconds: Number(seconds) }
  })
  return refs.filter(({ atSeconds }) => !Number.isNaN(atSeconds))
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function oldestSeconds(): number {
  return nowSeconds() - discardDays * daySeconds
}
