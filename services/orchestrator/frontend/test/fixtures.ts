/** Objects of the contract, each complete, with what a test cares about put in. */
import type { Environment, Operation, OperationStep, Problem, Session, SharedSession, User } from '@craftastic/contract'

const at = '2026-05-01T10:00:00.000Z'

export const ids = {
  user: '11111111-1111-4111-8111-111111111111',
  environment: '22222222-2222-4222-8222-222222222222',
  session: '33333333-3333-4333-8333-333333333333',
  operation: '44444444-4444-4444-8444-444444444444',
}

export function aUser(part: Partial<User> = {}): User {
  return { id: ids.user, email: 'ada@example.com', name: 'Ada', role: 'admin', disabled: false, createdAt: at, ...part }
}

export function anEnvironment(part: Partial<Environment> = {}): Environment {
  return {
    id: ids.environment,
    userId: ids.user,
    name: 'orchestrator',
    repositoryUrl: 'https://github.com/acme/orchestrator',
    branch: 'main',
    containerId: null,
    status: 'running',
    statusReason: null,
    desiredState: 'running',
    image: 'sandbox',
    memoryBytes: 536870912,
    cpuLimit: 0.5,
    createdAt: at,
    updatedAt: at,
    lastActivityAt: null,
    diskBytes: null,
    idleStopMinutes: null,
    awakeReason: null,
    idleStopAt: null,
    heldUntil: null,
    ...part,
  }
}

export function aSession(part: Partial<Session> = {}): Session {
  return {
    id: ids.session,
    environmentId: ids.environment,
    name: 'main',
    tmuxSessionName: 'craftastic-3333',
    workingDirectory: '/workspace',
    branch: null,
    status: 'inactive',
    createdAt: at,
    updatedAt: at,
    lastActivity: null,
    restoredAt: null,
    ...part,
  }
}

export function aSharedSession(part: Partial<SharedSession> = {}): SharedSession {
  return {
    id: ids.session,
    name: 'review',
    tmuxSessionName: 'session-3333',
    status: 'active',
    restoredAt: null,
    mode: 'view',
    environment: { id: ids.environment, name: 'web-shop', status: 'running' },
    owner: { name: 'Grace' },
    ...part,
  }
}

export function aStep(part: Partial<OperationStep> = {}): OperationStep {
  return { name: 'network', state: 'pending', percent: null, message: null, startedAt: null, finishedAt: null, ...part }
}

export function anOperation(part: Partial<Operation> = {}): Operation {
  return {
    id: ids.operation,
    environmentId: ids.environment,
    kind: 'create',
    state: 'running',
    steps: [],
    error: null,
    requestedBy: ids.user,
    queuePosition: null,
    createdAt: at,
    startedAt: at,
    deadlineAt: null,
    finishedAt: null,
    ...part,
  }
}

export function aProblem(part: Partial<Problem> & Pick<Problem, 'code' | 'status'>): Problem {
  return { type: 'about:blank', title: 'Problem', detail: 'In words.', instance: '/api', requestId: 'r1', ...part }
}
