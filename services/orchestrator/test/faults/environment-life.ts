/** What a person does with environments, and sees of them, through the API. */
import { Environment, EnvironmentList, OperationList, Session, type Operation } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal, type TerminalClient } from '@craftastic/testing/terminal-client'
import { setTimeout as sleep } from 'node:timers/promises'

export type Verb = 'start' | 'stop' | 'restart' | 'retry'

/** Does not wait for it to run. */
export function beginCreate(api: ApiClient, name: string): Promise<Environment> {
  return api.expect(202, Environment, 'POST', '/api/environments', { body: { name } })
}

/** Does not wait for what it leads to. */
export function wish(api: ApiClient, environmentId: string, verb: Verb): Promise<Environment> {
  return api.expect(202, Environment, 'POST', `/api/environments/${environmentId}/${verb}`)
}

export function perform(api: ApiClient, environmentId: string, verb: Verb): Promise<Environment> {
  const headers = { prefer: 'wait=60' }
  return api.expect(200, Environment, 'POST', `/api/environments/${environmentId}/${verb}`, { headers })
}

export function readEnvironment(api: ApiClient, environmentId: string): Promise<Environment> {
  return api.expect(200, Environment, 'GET', `/api/environments/${environmentId}`)
}

export async function listEnvironments(api: ApiClient): Promise<Environment[]> {
  const { environments } = await api.expect(200, EnvironmentList, 'GET', `/api/environments/user/${api.userId}`)
  return environments
}

/** Newest first. */
export async function listOperations(api: ApiClient, environmentId: string): Promise<Operation[]> {
  const path = `/api/environments/${environmentId}/operations?limit=100`
  return (await api.expect(200, OperationList, 'GET', path)).operations
}

export function readSession(api: ApiClient, sessionId: string): Promise<Session> {
  return api.expect(200, Session, 'GET', `/api/sessions/${sessionId}`)
}

/** The environment as soon as it is as asked for; fails after `timeoutMs` with what it is instead. */
export async function untilEnvironment(
  api: ApiClient,
  environmentId: string,
  isAsAsked: (environment: Environment) => boolean,
  timeoutMs = 60_000,
): Promise<Environment> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const environment = await readEnvironment(api, environmentId)
    if (isAsAsked(environment)) return environment
    if (performance.now() > deadline) {
      const { name, status, statusReason, operation } = environment
      const seen = JSON.stringify({ name, status, statusReason, operation })
      throw new Error(`not as asked for within ${timeoutMs} ms: ${seen}`)
    }
    await sleep(100)
  }
}

/** Once it runs again after it was lost. */
export function untilRecovered(api: ApiClient, environmentId: string): Promise<Environment> {
  const isRecovered = ({ status, operation }: Environment) =>
    status === 'running' && operation?.kind === 'recover' && operation.state === 'succeeded'
  return untilEnvironment(api, environmentId, isRecovered)
}

export function untilStatus(
  api: ApiClient,
  environmentId: string,
  status: Environment['status'],
  timeoutMs = 60_000,
): Promise<Environment> {
  return untilEnvironment(api, environmentId, (environment) => environment.status === status, timeoutMs)
}

export function attach(api: ApiClient, sessionId: string): Promise<TerminalClient> {
  return openTerminal({ baseUrl: api.baseUrl, accessToken: api.accessToken ?? '', sessionId })
}
