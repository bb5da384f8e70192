import type { ReactNode } from 'react'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { DialogFooter } from '@/components/ui/dialog'

/** The end of a form in a dialog: out of it, or sent. */
export function FormFooter({
  submit,
  submitting,
  pending,
  disabled = false,
  onCancel,
  aside,
}: {
  /** A verb. */
  submit: string
  /** The verb while the answer is awaited; the same one when not given. */
  submitting?: string
  pending: boolean
  disabled?: boolean
  onCancel: () => void
  /** Another way on, at the other end. */
  aside?: ReactNode
}) {
  return (
    <DialogFooter>
      {aside}
      <Button variant="outline" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" disabled={pending || disabled}>
        {pending && <Spinner />}
        {pending ? (submitting ?? submit) : submit}
      </Button>
    </DialogFooter>
  )
}
