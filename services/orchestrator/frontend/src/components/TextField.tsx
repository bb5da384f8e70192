import { useId, type ComponentProps, type ReactNode } from 'react'
import { Field, FieldDescription, FieldError, FieldLabel } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { complete } from '@/lib/field-message'

/** A labelled text field with its hint and its complaint, tied together for those who listen. */
export function TextField({
  label,
  optional = false,
  hint,
  problem,
  problemLabel = label,
  ...input
}: ComponentProps<'input'> & {
  label: string
  optional?: boolean
  hint?: ReactNode
  problem?: string
  /** How the complaint names the field. */
  problemLabel?: string
}) {
  const id = useId()
  const message = complete(problemLabel, problem)
  const describedBy = message ? `${id}-problem` : hint ? `${id}-hint` : undefined
  return (
    <Field>
      <FieldLabel htmlFor={id}>
        {label}
        {optional && <span className="text-xs font-normal text-muted-foreground">optional</span>}
      </FieldLabel>
      <Input id={id} aria-invalid={message !== null} aria-describedby={describedBy} {...input} />
      {message ? (
        <FieldError id={`${id}-problem`}>{message}</FieldError>
      ) : (
        hint && <FieldDescription id={`${id}-hint`}>{hint}</FieldDescription>
      )}
    </Field>
  )
}
