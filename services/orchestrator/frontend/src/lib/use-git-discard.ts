import { useMutation } from '@tanstack/react-query'
import { toast } from 'sonner'
import { describeError } from '@/api/errors'
import { gitMutation } from '@/api/git-verbs'
import type { DiscardQuestion, GitFailure } from './git-context'

/** Longer than other toasts stay: the way back is on it. */
const undoMs = 12_000

/** Discards, and offers to bring it back. */
export function useGitDiscard(environmentId: string, fail: (failure: GitFailure | null) => void) {
  const { mutateAsync: discard } = useMutation(gitMutation(environmentId, 'discard'))
  const { mutateAsync: restore } = useMutation(gitMutation(environmentId, 'discards/restore'))

  // The panel may be gone by then, so that the toast tells the end of it.
  const undo = async (kept: string) => {
    try {
      await restore({ discard: kept })
      toast.success('The discarded changes are back')
    } catch (error) {
      const { title, detail } = describeError(error)
      toast.error(title, { description: detail })
    }
  }

  return async (question: DiscardQuestion, words: string): Promise<void> => {
    fail(null)
    try {
      const input = 'patch' in question ? { patch: question.patch } : { files: question.files }
      const { discard: kept } = await discard(input)
      toast(`Discarded ${words}`, {
        duration: undoMs,
        action: { label: 'Undo', onClick: () => void undo(kept) },
      })
    } catch (error) {
      fail({ verb: 'discard', error })
    }
  }
}
