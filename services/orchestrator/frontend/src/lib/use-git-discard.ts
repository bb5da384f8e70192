import { useMutation } from '@tanstack/react-query'
import { describeError } from '@/api/errors'
import { gitMutation } from '@/api/git-verbs'
import type { DiscardQuestion, GitFailure } from './git-context'
import type { GitTree } from './git-tree'
import { offerUndo, sayDone, sayFailed } from './git-toast'

/** Discards, and offers to bring it back. */
export function useGitDiscard(tree: GitTree, fail: (failure: GitFailure | null) => void) {
  const { mutateAsync: discard } = useMutation(gitMutation(tree, 'discard'))
  const { mutateAsync: restore } = useMutation(gitMutation(tree, 'discards/restore'))

  // The panel may be gone by then, so that the toast tells the end of it.
  const undo = async (kept: string) => {
    try {
      await restore({ discard: kept })
      sayDone('The discarded changes are back')
    } catch (error) {
      const { title, detail } = describeError(error)
      sayFailed(title, detail)
    }
  }

  return async (question: DiscardQuestion, words: string): Promise<void> => {
    fail(null)
    try {
      const input = 'patch' in question ? { patch: question.patch } : { files: question.files }
      const { discard: kept } = await discard(input)
      offerUndo(`Discarded ${words}`, () => void undo(kept))
    } catch (error) {
      fail({ verb: 'discard', error })
    }
  }
}
