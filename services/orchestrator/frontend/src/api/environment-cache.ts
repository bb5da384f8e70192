/**
 * An environment lies in two caches (the list, the single one) and its sessions in three. Everything that learns
 * something new goes through here, so that no place shows an older truth than another.
 */
import type { ActivityEvent, Environment, Operation, OperationWithLog, Session } from '@craftastic/contract'
import type { QueryClient } from '@tanstack/react-query'
import { environmentKeys, operationKeys } from './keys'
import { storeInHistory } from './operation-history'

/** The newer of two, with the parts that answers and events may leave out kept from the older. */
function mergeEnvironment(known: Environment, incoming: Environment): Environment {
  if (incoming.updatedAt < known.updatedAt) return known
  return {
    ...incoming,
    sessions: incoming.sessions ? mergeSessions(known.sessions, incoming.sessions) : known.sessions,
    operation: incoming.operation === undefined ? known.operation : incoming.operation,
  }
}

/**
 * Only where tmux was asked does an answer say what runs in a session; elsewhere what was known last stays, unless the
 * session was made again since.
 */
function keepCommand(known: Session | undefined, incoming: Session): Session {
  if (incoming.status === 'dead' || typeof incoming.currentCommand === 'string') return incoming
  const kept = known?.restoredAt === incoming.restoredAt ? known : undefined
  return {
    ...incoming,
    currentCommand: kept?.currentCommand ?? null,
    currentDirectory: kept?.currentDirectory ?? null,
    title: kept?.title ?? null,
    recordingSince: kept?.recordingSince ?? null,
  }
}

function mergeSession(known: Session | undefined, incoming: Session): Session {
  return known && incoming.updatedAt < known.updatedAt ? known : keepCommand(known, incoming)
}

/** Sessions as just read, with what is known already: an event may have told more while they were read. */
export function mergeSessions(known: readonly Session[] | undefined, incoming: readonly Session[]): Session[] {
  return incoming.map((session) =>
    mergeSession(
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

/** What is known of an environment, from whichever cache has it. */
export function findEnvironment(client: QueryClient, environmentId: string): Environment | undefined {
  const one = client.getQueryData<Environment>(environmentKeys.one(environmentId))
  if (one) return one
  const lists = client.getQueriesData<Environment[]>({ queryKey: environmentKeys.lists })
  return lists.flatMap(([, list]) => list ?? []).find(({ id }) => id === environmentId)
}

/** Shows a wish before the server has answered it. Answers what to put back should it be refused. */
export async function showAhead(
  client: QueryClient,
  environmentId: string,
  patch: Partial<Environment>,
): Promise<Environment | undefined> {
  // A list that set out before would bring the state before back.
  await client.cancelQueries({ queryKey: environmentKeys.all })
  const before = findEnvironment(client, environmentId)
  patchEnvironment(client, environmentId, patch)
  return before
}

/** Takes back what showAhead() showed, unless something newer has arrived since. */
export function putBack(client: QueryClient, before: Environment | undefined): void {
  if (!before) return
  changeEnvironment(client, before.id, (known) =>
    known.updatedAt === before.updatedAt ? { ...before, sessions: known.sessions } : known,
  )
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
  storeInHistory(client, operation)
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

/** What runs in a session now. One that is not known yet is read with its list. */
export function storeActivity(client: QueryClient, event: ActivityEvent): void {
  const { environmentId, sessionId, currentCommand, currentDirectory, title, recordingSince } = event
  const now = { currentCommand, currentDirectory, title, recordingSince }
  changeSessions(client, environmentId, (sessions) =>
    sessions.map((session) => (session.id === sessionId ? { ...session, ...now } : session)),
  )
}

export function patchSession(client: QueryClient, session: Session, patch: Partial<Session>): void {
  changeSessions(client, session.environmentId, (sessions) =>
    sessions.map((other) => (other.id === session.id ? { ...other, ...patch } : other)),
  )
}

export function removeSession(client: QueryClient, environmentId: string, sessionId: string): void {
  changeSessions(client, environmentId, (sessions) => sessions.filter(({ id }) => id !== sessionId))
}
