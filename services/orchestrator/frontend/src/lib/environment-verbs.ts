/** Which verbs an environment offers when, and what they are called. */
import type { Environment } from '@craftastic/contract'
import { PlayIcon, RotateCcwIcon, RotateCwIcon, SquareIcon, type LucideIcon } from 'lucide-react'
import type { EnvironmentVerb } from '@/api/environment-verbs'
import { couldNotBeKept } from './kept-work'
import { aliveSessions } from './status'

export const verbLooks: Record<EnvironmentVerb, { label: string; done: string; Icon: LucideIcon }> = {
  start: { label: 'Start', done: 'started', Icon: PlayIcon },
  stop: { label: 'Stop', done: 'stopped', Icon: SquareIcon },
  restart: { label: 'Restart', done: 'restarted', Icon: RotateCcwIcon },
  retry: { label: 'Retry', done: 'retried', Icon: RotateCwIcon },
}

/** In the order in which they are offered. While something is under way there is none. */
export function offeredVerbs(
  environment: Pick<Environment, 'status' | 'desiredState' | 'operation'>,
): EnvironmentVerb[] {
  switch (environment.status) {
    case 'running':
      return ['stop', 'restart']
    case 'stopped':
      return ['start']
    case 'error':
      // What is left of a failed deletion can only be deleted; what was not deleted is whole, and stopped.
      if (environment.desiredState === 'deleted') return []
      return couldNotBeKept(environment) ? ['start'] : ['retry']
    case 'starting':
    case 'stopping':
    case 'deleting':
      return []
  }
}

export type EndingVerb = Extract<EnvironmentVerb, 'stop' | 'restart'>

/** Whether programs would end by it, which is worth a question. */
export function endsPrograms(
  verb: EnvironmentVerb,
  environment: Pick<Environment, 'status' | 'sessions'>,
): verb is EndingVerb {
  return (verb === 'stop' || verb === 'restart') && aliveSessions(environment).length > 0
}
