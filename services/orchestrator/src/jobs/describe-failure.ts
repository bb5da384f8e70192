/** What a person is told when a step fails. The cause itself goes to the log. */
import type { OperationError, OperationKind, StepName } from '@craftastic/contract'
import { describeEndedContainer } from '../lib/ended-container.ts'
import { ContainerNotRunning } from '../lib/environment-connections.ts'
import { StepFailure } from '../lib/operation-progress.ts'
import { ImageMissing, RuntimeUnavailable } from '../services/runtime.ts'
import { SshFailure } from '../services/ssh.ts'
import { TmuxFailure } from '../services/tmux.ts'

export type FailureDescription = Pick<OperationError, 'reason' | 'output' | 'code'>

const engineRules: [RegExp, string][] = [
  [
    /address pool/,
    'The container engine has no address range left for another network. Delete environments that are not needed, or give the engine more address pools.',
  ],
  [/no space left/, 'The disk is full. Free some space, then retry.'],
  [
    /volume is in use|has active endpoints/,
    'The container engine still uses a part of the environment. Try again in a moment.',
  ],
]

export function describeFailure(error: unknown): FailureDescription {
  const { output, code } = error instanceof StepFailure ? error : { output: null, code: undefined }
  return { reason: reasonOf(error), output, ...(code === undefined ? {} : { code }) }
}

/** Of work that was ended because it took too long. */
export function describeDeadline(kind: OperationKind, step: StepName, seconds: number): FailureDescription {
  const limit = `within ${seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`}`
  const notKept = `It was not deleted, because what is only in it could not be kept ${limit}.`
  return {
    reason: step === 'keep' ? notKept : `It was not done ${limit} and was given up. ${nextAfter(kind)}`,
    output: null,
  }
}

/** Of work that its server did not end. */
export function describeGivenUp(kind: OperationKind): string {
  return `It was not done in time and was given up. ${nextAfter(kind)}`
}

/** A delete is final: nobody is asked whether it goes on. */
function nextAfter(kind: OperationKind): string {
  return kind === 'delete' ? 'It is tried again by itself.' : 'Retry begins again.'
}

function reasonOf(error: unknown): string {
  if (error instanceof StepFailure) return error.message
  if (error instanceof ImageMissing) {
    return `The container engine does not have the image "${error.image}". Build or pull it, then retry.`
  }
  if (error instanceof ContainerNotRunning) return describeEndedContainer(error)
  if (error instanceof RuntimeUnavailable) {
    const words = error.cause instanceof Error ? error.cause.message : ''
    const known = engineRules.find(([pattern]) => pattern.test(words))
    return known?.[1] ?? 'The container engine does not answer or refused the work. Check that it runs, then retry.'
  }
  if (error instanceof SshFailure) return `The connection into the environment failed: ${error.message}.`
  if (error instanceof TmuxFailure) return 'tmux could not be started in the environment.'
  return "Something failed that should not have. The server's log has the details."
}
