/** Which directory a branch gets below the workspace. */
import { worktreesDirectory } from '../services/working-tree.ts'

const maxNameCharacters = 60

/** What the branch is called, as one name of a directory. */
function toDirectoryName(branch: string): string {
  const name = branch
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .slice(0, maxNameCharacters)
    .replace(/[.-]+$/, '')
  return name === '' ? 'branch' : name
}

/** Names like the branch, numbered where another one is called so. `taken` holds paths. */
export function chooseWorktreePath(branch: string, taken: ReadonlySet<string>): string {
  const first = `${worktreesDirectory}/${toDirectoryName(branch)}`
  let path = first
  for (let number = 2; taken.has(path); number += 1) path = `${first}-${number}`
  return path
}
