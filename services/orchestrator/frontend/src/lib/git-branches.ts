/** Branches as the menu offers them. */
import { GitBranchName, type GitBranch, type GitStatus } from '@craftastic/contract'

export interface BranchChoices {
  local: GitBranch[]
  /** Those of a remote that no local branch has the name of. */
  remote: GitBranch[]
}

/** `origin/feature/x` is `feature/x` of `origin`. */
export const withoutRemote = (name: string) => name.slice(name.indexOf('/') + 1)

/** What matches `search`: the current one, then the newest first. */
export function chooseBranches(branches: readonly GitBranch[], search: string): BranchChoices {
  const wanted = search.trim().toLowerCase()
  const taken = new Set(branches.flatMap(({ name, remote }) => (remote ? [] : [name])))
  const matching = branches
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((a, b) => Number(b.current) - Number(a.current) || b.committedAt.localeCompare(a.committedAt))
  return {
    local: matching.filter(({ remote }) => !remote),
    remote: matching.filter(({ name, remote }) => remote && !taken.has(withoutRemote(name))),
  }
}

/** The name for a new branch that `search` is; null when it is none, or is taken. Blanks become dashes. */
export function newBranchName(branches: readonly GitBranch[], search: string): string | null {
  const name = GitBranchName.safeParse(search.trim().replace(/\s+/g, '-'))
  if (!name.success || branches.some((branch) => !branch.remote && branch.name === name.data)) return null
  return name.data
}

/** Where HEAD is, in words. */
export function headWords({ branch, commit, detached }: Pick<GitStatus, 'branch' | 'commit' | 'detached'>): string {
  if (detached) return `Detached at ${commit?.slice(0, 7) ?? 'no commit'}`
  return commit === null ? `${branch}, no commit yet` : branch
}

export interface RefLook {
  name: string
  kind: 'head' | 'branch' | 'remote' | 'tag'
}

/** What stands at a commit. Where the current branch is named, it stands for HEAD as well. */
export function readRefs(refs: readonly string[], status: Pick<GitStatus, 'branch' | 'upstream'>): RefLook[] {
  const remotes = ['origin', ...(status.upstream === null ? [] : [status.upstream.split('/', 1).join('')])]
  const onBranch = refs.includes('HEAD') && refs.includes(status.branch)
  return refs
    .filter((ref) => !(ref === 'HEAD' && onBranch))
    .map((ref): RefLook => {
      if (ref === 'HEAD' || (onBranch && ref === status.branch)) return { name: ref, kind: 'head' }
      if (ref.startsWith('tag: ')) return { name: ref.slice('tag: '.length), kind: 'tag' }
      return { name: ref, kind: remotes.some((remote) => ref.startsWith(`${remote}/`)) ? 'remote' : 'branch' }
    })
}
