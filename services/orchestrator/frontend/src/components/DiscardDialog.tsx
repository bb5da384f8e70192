import { discardDays } from '@craftastic/contract'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import type { DiscardQuestion } from '@/lib/git-context'
import { showName } from '@/lib/git-names'
import { useLingering } from '@/lib/use-lingering'

/** Asks before changes of the working tree are undone. */
export function DiscardDialog({
  question,
  onClose,
  onDiscard,
}: {
  question: DiscardQuestion | null
  onClose: () => void
  onDiscard: (question: DiscardQuestion) => void
}) {
  const shown = useLingering(question)
  return (
    <ConfirmDialog
      open={question !== null}
      onOpenChange={(open) => open || onClose()}
      title={shown ? `Discard ${discardWords(shown)}?` : ''}
      keep="Keep them"
      verb="Discard"
      onConfirm={() => shown && onDiscard(shown)}
    >
      The workspace goes back to what is staged or committed; new files are removed. What is discarded is kept for{' '}
      {discardDays} days and can be brought back.
    </ConfirmDialog>
  )
}

/** Such as `the changes of a.ts`. */
export function discardWords(question: DiscardQuestion): string {
  if ('patch' in question) return `these lines of ${showName(question.path)}`
  const [first, ...others] = question.files
  return first !== undefined && others.length === 0
    ? `the changes of ${showName(first)}`
    : `the changes of ${question.files.length.toLocaleString('en')} files`
}
