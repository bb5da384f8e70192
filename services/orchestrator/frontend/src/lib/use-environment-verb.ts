import { toast } from 'sonner'
import type { Environment } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { environmentVerbMutation, type EnvironmentVerb } from '@/api/environment-verbs'
import { useAppActions } from './app-actions'
import { endsPrograms, verbLooks } from './environment-verbs'
import { useAction } from './use-action'

/** Runs a verb without a question, once however often it is asked for. */
export function useRunVerb() {
  const { run, pending } = useAction(environmentVerbMutation())
  const runVerb = (environment: Environment, verb: EnvironmentVerb) =>
    run(
      { environment, verb },
      {
        onError: (error) => {
          const { title, detail } = describeError(error)
          toast.error(`${environment.name} was not ${verbLooks[verb].done}`, { description: detail ?? title })
        },
      },
    )
  return { runVerb, pending }
}

/** Runs a verb; asks before where programs would end by it. */
export function useWishVerb() {
  const { confirmEnd } = useAppActions()
  const { runVerb, pending } = useRunVerb()
  const wishVerb = (environment: Environment, verb: EnvironmentVerb) => {
    if (endsPrograms(verb, environment)) confirmEnd(environment, verb)
    else runVerb(environment, verb)
  }
  return { wishVerb, pending }
}

/** The same for one environment. */
export function useEnvironmentVerb(environment: Environment) {
  const { wishVerb, pending } = useWishVerb()
  return { wish: (verb: EnvironmentVerb) => wishVerb(environment, verb), pending }
}
