/**
 * What must be so whenever nothing is under way, whatever was broken before: the rows, as the API tells them, and the
 * engine agree, nobody waits for ever, and nothing is left that no row knows.
 */
import { settledOperationStates, type Environment } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker } from '../harness/engine-cli.ts'
import { listEnvironments, listOperations } from './environment-life.ts'
import { readReadiness } from './fault-server.ts'

/** Of one instance, by the environment that each belongs to. */
type Inventory = {
  containers: { environmentId: string; isRunning: boolean }[]
  networks: string[]
  volumes: string[]
}

const pauseMs = 500

/** Waits until it holds; fails after `timeoutMs` with a list of what is wrong. */
export async function checkInvariant(
  server: { api: ApiClient; instanceId: string },
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const wrong = await findWrong(server).catch((error: unknown) => [`it could not be looked at: ${String(error)}`])
    if (wrong.length === 0) return
    if (performance.now() > deadline) {
      throw new Error([`after ${timeoutMs / 1000} s the engine and the rows do not agree:`, ...wrong].join('\n  '))
    }
    await sleep(pauseMs)
  }
}

async function findWrong({ api, instanceId }: { api: ApiClient; instanceId: string }): Promise<string[]> {
  const readiness = await readReadiness({ api })
  const environments = await listEnvironments(api)
  const inventory = await takeInventory(instanceId)
  const known = new Set(environments.map(({ id }) => id))
  const wrong = await Promise.all(environments.map((environment) => findWrongOf(environment, inventory, api)))
  return [
    ...(readiness === 200 ? [] : [`/readyz answers ${readiness}`]),
    ...wrong.flat(),
    ...Object.entries(ownersOf(inventory)).flatMap(([kind, owners]) =>
      owners.filter((id) => !known.has(id)).map((id) => `a ${kind} of ${id}, which no row knows`),
    ),
  ]
}

async function findWrongOf(environment: Environment, inventory: Inventory, api: ApiClient): Promise<string[]> {
  const { id, status, statusReason, desiredState, operation } = environment
  const owners = ownersOf(inventory)
  const count = (kind: keyof typeof owners) => owners[kind].filter((owner) => owner === id).length
  const running = inventory.containers.filter((container) => container.environmentId === id && container.isRunning)
  const wrong: string[] = []
  const expectCount = (what: string, found: number, expected: number) => {
    if (found !== expected) wrong.push(`${found} ${what} instead of ${expected}`)
  }

  switch (status) {
    case 'running':
      if (desiredState !== 'running') wrong.push(`it is meant to be ${desiredState}`)
      expectCount('containers', count('container'), 1)
      expectCount('running containers', running.length, 1)
      expectCount('networks', count('network'), 1)
      expectCount('volumes', count('volume'), 1)
      break
    case 'stopped':
      if (desiredState !== 'stopped') wrong.push(`it is meant to be ${desiredState}`)
      expectCount('running containers', running.length, 0)
      if (count('volume') !== 1 && (await hasEverRun(id, api))) expectCount('volumes', count('volume'), 1)
      break
    case 'error':
      if (statusReason === null) wrong.push('no reason is given')
      break
    case 'starting':
    case 'stopping':
    case 'deleting':
      if (!operation || settledOperationStates.includes(operation.state)) wrong.push('nobody is at work on it')
      else wrong.push(`${operation.kind} is ${operation.state}, given up at ${operation.deadlineAt ?? 'no time yet'}`)
  }
  return wrong.map((words) => `${environment.name} (${id}, ${status}): ${words}`)
}

/** One that was called off before it ran has no workspace. */
async function hasEverRun(environmentId: string, api: ApiClient): Promise<boolean> {
  const operations = await listOperations(api, environmentId)
  return operations.some(({ kind, state }) => kind !== 'stop' && state === 'succeeded')
}

function ownersOf({ containers, networks, volumes }: Inventory) {
  return { container: containers.map(({ environmentId }) => environmentId), network: networks, volume: volumes }
}

async function takeInventory(instanceId: string): Promise<Inventory> {
  const filter = ['--filter', `label=craftastic.instance=${instanceId}`]
  const owner = '{{.Label "craftastic.environment"}}'
  const [containers, networks, volumes] = await Promise.all([
    docker('ps', '--all', ...filter, '--format', `${owner} {{.State}}`),
    docker('network', 'ls', ...filter, '--format', owner),
    docker('volume', 'ls', ...filter, '--format', owner),
  ])
  const lines = (output: string) => output.split('\n').filter((line) => line !== '')
  return {
    containers: lines(containers).map((line) => {
      const [environmentId = '', state] = line.split(' ')
      return { environmentId, isRunning: state === 'running' }
    }),
    networks: lines(networks),
    volumes: lines(volumes),
  }
}
