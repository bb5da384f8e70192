/**
 * States of the contract as people read them: one word, one tone, one sentence. Colour never stands alone: StatusDot
 * gives each tone its own shape and the word is always there.
 */
import type { Environment, Session } from '@craftastic/contract'

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

const notRunning: Presentation = { word: 'Not running', tone: 'stopped' }

/** Without its environment no session runs, whatever was seen of it last. */
export function presentSession(
  session: Pick<Session, 'status'>,
  environment: Pick<Environment, 'status'>,
): Presentation {
  return environment.status === 'running' ? sessionWords[session.status] : notRunning
}

/** Whether programs run in a session. */
export function isAlive(session: Pick<Session, 'status'>, environment: Pick<Environment, 'status'>): boolean {
  return environment.status === 'running' && session.status !== 'dead'
}

/** The sessions whose programs would end with the container. */
export function aliveSessions(environment: Pick<Environment, 'status' | 'sessions'>): Session[] {
  return (environment.sessions ?? []).filter((session) => isAlive(session, environment))
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

export function sessionLabel(session: Pick<Session, 'name' | 'tmuxSessionName'>): string {
  return session.name ?? session.tmuxSessionName
}

/** Sessions in the order they were made, so that tabs and Ctrl+1…9 do not move. */
export function inOrder(sessions: readonly Session[]): Session[] {
  return [...sessions].sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))
}
