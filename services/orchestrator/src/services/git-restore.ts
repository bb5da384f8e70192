/** Brings back what was discarded, unless somebody has worked on it since. */
import { pathsToBytes, readFields } from './git-bytes.ts'
import { allWords, requireGit, requireSuccess, writeGit } from './git-command.ts'
import { removeFiles } from './git-discard.ts'
import { withExactFiles } from './git-exact.ts'
import { GitFailure } from './git-failure.ts'
import { namePaths, withTemporaryIndex, writeTree } from './git-index.ts'
import { forgetKept, requireKept, takeFiles } from './git-kept.ts'
import type { SshConnection } from './ssh.ts'

/** Answers what was done. @throws GitFailure refused, and then nothing has changed */
export async function restoreGitDiscard(ssh: SshConnection, discard: string): Promise<string> {
  const kept = await requireKept(ssh, discard)
  const parents = (await requireGit(ssh, ['rev-parse', `${discard}^@`])).stdout.toString('utf8').trim().split('\n')
  const output = parents.length > 1 ? await storeStash(ssh, discard, kept.message) : await restoreFiles(ssh, discard)
  await forgetKept(ssh, [kept])
  return output
}

/** A dropped stash comes back to the list of stashes. */
async function storeStash(ssh: SshConnection, stash: string, message: string): Promise<string> {
  requireSuccess(await writeGit(ssh, ['stash', 'store', `--message=${message}`, stash]))
  return 'The stash is in the list of stashes again.'
}

type Change = { path: string; wasThere: boolean; isThere: boolean }

async function restoreFiles(ssh: SshConnection, discard: string): Promise<string> {
  const changes = await listChanges(ssh, `${discard}^`, discard)
  const paths = changes.map(({ path }) => path)
  const changed = await withTemporaryIndex(ssh, async (variables) => {
    requireSuccess(await writeGit(ssh, ['read-tree', `${discard}^`], { variables }))
    await takeFiles(ssh, paths, variables)
    return listChanges(ssh, `${discard}^`, await writeTree(ssh, variables))
  })
  if (changed.length > 0) {
    const names = namePaths(changed.map(({ path }) => path))
    throw new GitFailure('refused', `Not restored, because it would write over later changes: ${names}.`)
  }
  // What is removed here is the same as in the tree that it was just compared with.
  await removeFiles(
    ssh,
    changes.flatMap(({ path, wasThere }) => (wasThere ? [path] : [])),
  )
  const restored = changes.flatMap(({ path, isThere }) => (isThere ? [path] : []))
  if (restored.length > 0) {
    await withExactFiles(ssh, async (variables) => {
      requireSuccess(await writeGit(ssh, ['read-tree', discard], { variables }))
      const input = pathsToBytes(restored)
      return allWords(requireSuccess(await writeGit(ssh, ['checkout-index', '-z', '--stdin'], { input, variables })))
    })
  }
  return `Restored ${namePaths(paths)}.`
}

/** What `to` has differently. */
async function listChanges(ssh: SshConnection, from: string, to: string): Promise<Change[]> {
  const { stdout } = await requireGit(ssh, ['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to])
  const values = readFields(stdout)
  return Array.from({ length: Math.floor(values.length / 2) }, (_, index) => {
    const [modes = '', path = ''] = values.slice(index * 2, index * 2 + 2)
    const [wasMode = '', isMode = ''] = modes.slice(1).split(' ')
    return { path, wasThere: Number(wasMode) !== 0, isThere: Number(isMode) !== 0 }
  })
}
