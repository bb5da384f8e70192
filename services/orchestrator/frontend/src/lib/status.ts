/**
 * States of the contract as people read them: one word, one tone, one sentence. Colour never stands alone: StatusDot
 * gives each tone its own shape and the word is always there.
 */
import {
  settledOperationStates,
  type Environment,
  type Operation,
  type OperationStep,
  type Session,
  type StepName,
} from '@craftastic/contract'

export type Tone = 'running' | 'idle' | 'busy' | 'stopped' | 'error'

interface Presentation {
  word: string
  tone: Tone
}

const environmentWords: Record<Environment['status'], Presentation> = {
  starting: { word: 'Starting', tone: 'busy' },
  running: { word: 'Running', tone: 'running' },
  stopping: { word: 'Stopping', tone: 'busy' },
  stopped: { word: 'Stopped', tone: 'stopped' },
  error: { word: 'Failed', tone: 'error' },
  deleting: { word: 'Deleting', tone: 'busy' },
}

const sessionWords: Record<Session['status'], Presentation> = {
  active: { word: 'Attached', tone: 'running' },
  inactive: { word: 'In background', tone: 'idle' },
  dead: { word: 'Ended', tone: 'stopped' },
}

export function presentEnvironment(environment: Pick<Environment, 'status'>): Presentation {
  return environmentWords[environment.status]
}

export function presentSession(session: Pick<Session, 'status'>): Presentation {
  return sessionWords[session.status]
}

/** What the environment is doing and why, as a sentence. */
export function explainEnvironment(environment: Pick<Environment, 'status' | 'statusReason'>): string {
  if (environment.statusReason) return environment.statusReason
  switch (environment.status) {
    case 'starting':
      return 'The environment is being prepared.'
    case 'running':
      return 'Ready for terminals.'
    case 'stopping':
      return 'The container is being stopped.'
    case 'stopped':
      return 'The container is stopped. The workspace is kept.'
    case 'error':
      return 'Something failed while the environment was prepared.'
    case 'deleting':
      return 'The container and the workspace are being removed.'
  }
}

const buildLabels: Record<StepName, string> = {
  network: 'Create the private network',
  volume: 'Create the workspace',
  container: 'Start the container',
  connection: 'Connect to it',
  clone: 'Clone the repository',
  ready: 'Ready',
}

const removeLabels: Record<StepName, string> = {
  network: 'Remove the private network',
  volume: 'Remove the workspace',
  container: 'Remove the container',
  connection: 'Disconnect',
  clone: 'Remove the repository',
  ready: 'Gone',
}

export function stepLabel(kind: Operation['kind'], step: StepName): string {
  return (kind === 'delete' ? removeLabels : buildLabels)[step]
}

const buildFailures: Record<StepName, string> = {
  network: 'The private network could not be created',
  volume: 'The workspace could not be created',
  container: 'The container could not be started',
  connection: 'The container could not be reached',
  clone: 'The repository could not be cloned',
  ready: 'The environment did not become ready',
}

export function stepFailure(kind: Operation['kind'], step: StepName): string {
  return kind === 'delete' ? 'The environment could not be deleted' : buildFailures[step]
}

/** The step that says most about an operation: the one that runs or failed, else the next, else the last. */
export function currentStep(operation: Operation): OperationStep | undefined {
  return (
    operation.steps.find((step) => step.state === 'running' || step.state === 'failed') ??
    operation.steps.find((step) => step.state === 'pending') ??
    operation.steps.at(-1)
  )
}

/** 0 to 100: every step counts the same, a step with a percentage counts in part. */
export function operationPercent(operation: Operation): number {
  if (operation.state === 'succeeded') return 100
  if (operation.steps.length === 0) return 0
  const done = operation.steps.reduce((sum, step) => {
    if (step.state === 'done') return sum + 1
    return step.state === 'running' && step.percent !== null ? sum + step.percent / 100 : sum
  }, 0)
  return Math.round((done / operation.steps.length) * 100)
}

export function isSettled(operation: Pick<Operation, 'state'>): boolean {
  return settledOperationStates.includes(operation.state)
}

export function sessionLabel(session: Pick<Session, 'name' | 'tmuxSessionName'>): string {
  return session.name ?? session.tmuxSessionName
}

/** Sessions in the order they were made, so that tabs and Ctrl+1…9 do not move. */
export function inOrder(sessions: readonly Session[]): Session[] {
  return [...sessions].sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))
}
