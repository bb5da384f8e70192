/** What a verb of Git did, in passing. At the top: below are the buttons that somebody needs next, and the prompt. */
import { toast, type ExternalToast } from 'sonner'

const place = { position: 'top-center' } satisfies ExternalToast

export function sayDone(words: string, description?: string): void {
  toast.success(words, { ...place, description })
}

export function sayFailed(words: string, description: string | null): void {
  toast.error(words, { ...place, description })
}

/** Longer than other toasts stay: the way back is on it. */
const undoMs = 12_000

export function offerUndo(words: string, undo: () => void): void {
  toast(words, { ...place, duration: undoMs, action: { label: 'Undo', onClick: undo } })
}
