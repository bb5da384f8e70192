import type { ComponentProps } from 'react'
import { LabelledField, type FieldWords } from '@/components/LabelledField'
import { NativeSelect } from '@/components/ui/native-select'

/** A labelled choice. */
export function SelectField({
  label,
  hint,
  problem,
  problemLabel,
  ...select
}: ComponentProps<'select'> & Omit<FieldWords, 'optional'>) {
  return (
    <LabelledField {...{ label, hint, problem, problemLabel }}>
      {(ties) => <NativeSelect className="[&>select]:h-9" {...ties} {...select} />}
    </LabelledField>
  )
}
