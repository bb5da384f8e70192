import type { ComponentProps } from 'react'
import type { Environment } from '@craftastic/contract'
import type { EnvironmentVerb } from '@/api/environment-verbs'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { verbLooks } from '@/lib/environment-verbs'
import { useEnvironmentVerb } from '@/lib/use-environment-verb'

/** Start, stop, restart or retry as a button. */
export function VerbButton({
  environment,
  verb,
  ...button
}: { environment: Environment; verb: EnvironmentVerb } & Pick<
  ComponentProps<typeof Button>,
  'size' | 'variant' | 'className'
>) {
  const { wish, pending } = useEnvironmentVerb(environment)
  const { label, Icon } = verbLooks[verb]
  return (
    <Button size="sm" disabled={pending} onClick={() => wish(verb)} {...button}>
      {pending ? <Spinner /> : <Icon />}
      {label}
    </Button>
  )
}
