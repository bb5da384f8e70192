import { useId, type ComponentProps, type ReactNode } from 'react'
import { Field, FieldDescription, FieldError, FieldLabel } from '@/components/ui/field'
import { NativeSelect } from '@/components/ui/native-select'
import { complete } from '@/lib/field-message'

/** A labelled choice with its hint and its complaint. */
export function SelectField({
  label,
  hint,
  problem,
  problemLabel = label,
  ...select
}: ComponentProps<'select'> & {
  label: string
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
      <FieldLabel htmlFor={id}>{label}</FieldLabel>
      <NativeSelect
        id={id}
        className="[&>select]:h-9"
        aria-invalid={message !== null}
        aria-describedby={describedBy}
        {...select}
      />
      {message ? (
        <FieldError id={`${id}-problem`}>{message}</FieldError>
      ) : (
        hint && <FieldDescription id={`${id}-hint`}>{hint}</FieldDescription>
      )}
    </Field>
  )
}
