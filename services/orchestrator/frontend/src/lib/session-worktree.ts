import type { SessionWorktree } from '@craftastic/contract'

/** Why a worktree outlives its session, and where, as a sentence without its full stop. */
export function keptWords({ path, keptBecause }: Pick<SessionWorktree, 'path' | 'keptBecause'>): string {
  return `It stays in ${path}, because ${keptBecause ?? 'it holds work'}`.replace(/\.$/, '')
}
