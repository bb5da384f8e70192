import { useId, type ReactNode } from 'react'
import { Field, FieldDescription, FieldError, FieldLabel } from '@/components/ui/field'
import { complete } from '@/lib/field-message'

export interface FieldWords {
  label: string
  optional?: boolean
  hint?: ReactNode
  problem?: string
  /** How the complaint names the field. */
  problemLabel?: string
}

/** What a control needs so that it is read out with its label, its hint and its complaint. */
export interface FieldTies {
  id: string
  'aria-invalid': boolean
  'aria-describedby': string | undefined
}

/** A control with its label above it, and its hint or its complaint below. */
export function LabelledField({
  label,
  optional = false,
  hint,
  problem,
  problemLabel = label,
  children,
}: FieldWords & { children: (ties: FieldTies) => ReactNode }) {
  const id = useId()
  const message = complete(problemLabel, problem)
  const describedBy = message ? `${id}-problem` : hint ? `${id}-hint` : undefined
  return (
    <Field>
      <FieldLabel htmlFor={id}>
        {label}
        {optional && <span className="text-xs font-normal text-muted-foreground">optional</span>}
      </FieldLabel>
      {children({ id, 'aria-invalid': message !== null, 'aria-describedby': describedBy })}
      {message ? (
        <FieldError id={`${id}-problem`}>{message}</FieldError>
      ) : (
        hint && <FieldDescription id={`${id}-hint`}>{hint}</FieldDescription>
      )}
    </Field>
  )
}
