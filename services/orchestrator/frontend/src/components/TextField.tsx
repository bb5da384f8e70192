import type { ComponentProps } from 'react'
import { LabelledField, type FieldWords } from '@/components/LabelledField'
import { Input } from '@/components/ui/input'

/** A labelled text field. */
export function TextField({
  label,
  optional,
  hint,
  problem,
  problemLabel,
  ...input
}: ComponentProps<'input'> & FieldWords) {
  return (
    <LabelledField {...{ label, optional, hint, problem, problemLabel }}>
      {(ties) => <Input {...ties} {...input} />}
    </LabelledField>
  )
}
