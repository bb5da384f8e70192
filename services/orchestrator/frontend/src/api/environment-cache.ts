/**
 * An environment lies in two caches (the list, the single one) and its sessions in three. Everything that learns
 * something new goes through here, so that no place shows an older truth than another.
 */
import type { Environment, Operation, OperationWithLog, Session } from '@craftastic/contract'
import type { QueryClient } from '@tanstack/react-query'
import { environmentKeys, operationKeys } from './keys'

/** The newer of two, with the parts that answers and events may leave out kept from the older. */
function mergeEnvironment(known: Environment, incoming: Environment): Environment {
  if (incoming.updatedAt < known.updatedAt) return known
  return {
    ...incoming,
    sessions: incoming.sessions ? keepCommands(known.sessions, incoming.sessions) : known.sessions,
    operation: incoming.operation === undefined ? known.operation : incoming.operation,
  }
}

/** Only where tmux was asked does an answer name the program in front; elsewhere the last name known stays. */
function keepCommand(known: Session | undefined, incoming: Session): Session {
  if (incoming.status === 'dead' || typeof incoming.currentCommand === 'string') return incoming
  return { ...incoming, currentCommand: known?.currentCommand ?? null }
}

function mergeSession(known: Session | undefined, incoming: Session): Session {
  return known && incoming.updatedAt < known.updatedAt ? known : keepCommand(known, incoming)
}

/** Sessions as just read, with the programs that are known already. */
export function keepCommands(known: readonly Session[] | undefined, incoming: readonly Session[]): Session[] {
  return incoming.map((session) =>
    keepCommand(
      known?.find(({ id }) => id === session.id),
      session,
    ),
  )
}

function changeEnvironment(
  client: QueryClient,
  environmentId: string,
  change: (environment: Environment) => Environment,
): void {
  client.setQueriesData<Environment[]>({ queryKey: environmentKeys.lists }, (list) =>
    list?.map((environment) => (environment.id === environmentId ? change(environment) : environment)),
  )
  client.setQueryData<Environment>(environmentKeys.one(environmentId), (known) => (known ? change(known) : known))
}

export function patchEnvironment(client: QueryClient, environmentId: string, patch: Partial<Environment>): void {
  changeEnvironment(client, environmentId, (environment) => ({ ...environment, ...patch }))
}

/** Adds an environment to its owner's list, or renews it wherever it is. */
export function storeEnvironment(client: QueryClient, environment: Environment): void {
  client.setQueryData<Environment[]>(environmentKeys.ofUser(environment.userId), (list) =>
    list && !list.some(({ id }) => id === environment.id) ? [environment, ...list] : list,
  )
  changeEnvironment(client, environment.id, (known) => mergeEnvironment(known, environment))
  client.setQueryData<Environment>(environmentKeys.one(environment.id), (known) => known ?? environment)
}

export function removeEnvironment(client: QueryClient, environmentId: string): void {
  client.setQueriesData<Environment[]>({ queryKey: environmentKeys.lists }, (list) =>
    list?.filter(({ id }) => id !== environmentId),
  )
  // Whoever still looks at it learns from the next read that it is gone.
  void client.resetQueries({ queryKey: environmentKeys.one(environmentId), exact: true })
  client.removeQueries({ queryKey: environmentKeys.sessions(environmentId) })
}

export function storeOperation(client: QueryClient, operation: Operation, newLines: readonly string[]): void {
  changeEnvironment(client, operation.environmentId, (environment) => {
    const known = environment.operation
    const older = known && known.id !== operation.id && known.createdAt > operation.createdAt
    return older ? environment : { ...environment, operation }
  })
  client.setQueryData<OperationWithLog>(operationKeys.one(operation.id), (known) =>
    known ? { ...operation, lines: [...known.lines, ...newLines] } : known,
  )
}

/** Replaces all sessions of an environment, as its own list has just said. */
export function storeSessions(client: QueryClient, environmentId: string, sessions: Session[]): void {
  changeEnvironment(client, environmentId, (environment) => ({ ...environment, sessions }))
}

function changeSessions(client: QueryClient, environmentId: string, change: (sessions: Session[]) => Session[]): void {
  changeEnvironment(client, environmentId, (environment) => ({
    ...environment,
    sessions: change(environment.sessions ?? []),
  }))
  client.setQueryData<Session[]>(environmentKeys.sessions(environmentId), (sessions) =>
    sessions ? change(sessions) : sessions,
  )
}

export function storeSession(client: QueryClient, session: Session): void {
  changeSessions(client, session.environmentId, (sessions) => {
    const known = sessions.find(({ id }) => id === session.id)
    const merged = mergeSession(known, session)
    return known ? sessions.map((other) => (other.id === session.id ? merged : other)) : [...sessions, merged]
  })
}

export function patchSession(client: QueryClient, session: Session, patch: Partial<Session>): void {
  changeSessions(client, session.environmentId, (sessions) =>
    sessions.map((other) => (other.id === session.id ? { ...other, ...patch } : other)),
  )
}

export function removeSession(client: QueryClient, environmentId: string, sessionId: string): void {
  changeSessions(client, environmentId, (sessions) => sessions.filter(({ id }) => id !== sessionId))
}
