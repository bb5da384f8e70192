/** Operations and their steps as people read them. */
import type { Environment, Operation, OperationKind, OperationState, StepName, User } from '@craftastic/contract'
import { currentStep } from './operation-progress'

const buildLabels: Record<StepName, string> = {
  keep: 'Keep the work',
  stop: 'Stop the container',
  network: 'Create the private network',
  volume: 'Create the workspace',
  container: 'Start the container',
  connection: 'Connect to it',
  clone: 'Clone the repository',
  restore: 'Bring back the kept work',
  ready: 'Ready',
}

/** What was made once is there again. */
const startLabels: Record<StepName, string> = {
  ...buildLabels,
  network: 'Prepare the private network',
  volume: 'Find the workspace',
}

const stopLabels: Record<StepName, string> = { ...buildLabels, network: 'Remove the private network', ready: 'Stopped' }

const removeLabels: Record<StepName, string> = {
  keep: 'Keep what is only here',
  stop: 'End its programs',
  network: 'Remove the private network',
  volume: 'Remove the workspace',
  container: 'Remove the container',
  connection: 'Disconnect',
  clone: 'Remove the repository',
  restore: 'Remove the kept work',
  ready: 'Gone',
}

const stepLabels: Record<OperationKind, Record<StepName, string>> = {
  create: buildLabels,
  retry: buildLabels,
  start: startLabels,
  restart: startLabels,
  recover: startLabels,
  stop: stopLabels,
  delete: removeLabels,
}

export function stepLabel(kind: OperationKind, step: StepName): string {
  return stepLabels[kind][step]
}

const failures: Record<StepName, string> = {
  keep: 'What is only here could not be kept',
  stop: 'The container could not be stopped',
  network: 'The private network could not be created',
  volume: 'The workspace could not be created',
  container: 'The container could not be started',
  connection: 'The container could not be reached',
  clone: 'The repository could not be cloned',
  restore: 'The kept work could not be brought back',
  ready: 'The environment did not become ready',
}

export function stepFailure(kind: OperationKind, step: StepName): string {
  if (kind === 'delete') return 'The environment could not be deleted'
  return kind === 'stop' ? failures.stop : failures[step]
}

const kindWords: Record<OperationKind, { wish: string; progress: string; done: string }> = {
  create: { wish: 'Create', progress: 'Preparing the environment', done: 'Created' },
  start: { wish: 'Start', progress: 'Starting', done: 'Started' },
  stop: { wish: 'Stop', progress: 'Stopping', done: 'Stopped' },
  restart: { wish: 'Restart', progress: 'Restarting', done: 'Restarted' },
  retry: { wish: 'Retry', progress: 'Trying again', done: 'Retried' },
  recover: { wish: 'Bring back', progress: 'Bringing it back', done: 'Brought back' },
  delete: { wish: 'Delete', progress: 'Deleting', done: 'Deleted' },
}

/** What is under way, such as `Restarting`. */
export function progressTitle(kind: OperationKind): string {
  return kindWords[kind].progress
}

/** What was done, such as `Started`; what was not done keeps the name of the wish: `Start`. */
export function historyTitle({ kind, state }: Pick<Operation, 'kind' | 'state'>): string {
  return state === 'succeeded' ? kindWords[kind].done : kindWords[kind].wish
}

const outcomeWords: Record<OperationState, string> = {
  queued: 'Waiting',
  running: 'Under way',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

export function outcomeWord(state: OperationState): string {
  return outcomeWords[state]
}

const ordinalForms = new Intl.PluralRules('en', { type: 'ordinal' })
const ordinalEndings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** Such as `Waiting: 3rd in line`; null for what does not wait. */
export function queueWords({ state, queuePosition }: Pick<Operation, 'state' | 'queuePosition'>): string | null {
  if (state !== 'queued' || queuePosition === null) return null
  if (queuePosition === 1) return 'Waiting: next in line'
  return `Waiting: ${queuePosition}${ordinalEndings[ordinalForms.select(queuePosition)] ?? 'th'} in line`
}

/** Where it is, such as `Step 3 of 5: Start the container`, or its place in line; null before anything is known. */
export function progressWords(operation: Operation): string | null {
  const step = currentStep(operation)
  if (!step) return null
  const place = operation.steps.indexOf(step) + 1
  const label = stepLabel(operation.kind, step.name)
  return queueWords(operation) ?? `Step ${place} of ${operation.steps.length}: ${label}`
}

/** Who asked for it, as the reader knows them. */
export function requesterWords(
  { requestedBy }: Pick<Operation, 'requestedBy'>,
  environment: Pick<Environment, 'userId'>,
  reader: Pick<User, 'id'>,
): string {
  if (requestedBy === null) return 'by the server'
  if (requestedBy === reader.id) return 'by you'
  return requestedBy === environment.userId ? 'by its owner' : 'by an admin'
}

/** Calling it off: what the button says, and where that leads. */
export function cancelWords(kind: OperationKind): { label: string; effect: string } {
  if (kind === 'stop') return { label: 'Keep it running', effect: 'Starts the environment again.' }
  return { label: 'Cancel', effect: 'Stops the environment. The workspace is kept.' }
}
