import { describe, expect, it, test } from 'vitest'
import type { OwnedResource } from '../services/runtime.ts'
import { findStrays, planRepairs, type Facts } from './reconcile-plan.ts'

const nowMs = Date.parse('2026-01-01T12:00:00Z')
const ago = (seconds: number) => new Date(nowMs - seconds * 1000)
const id = 'e1'
const container = (over: object = {}): OwnedResource => {
  return { kind: 'container', environmentId: id, id: 'c1', running: true, networkId: 'n1', ...over }
}
const network: OwnedResource = { kind: 'network', environmentId: id, id: 'n1' }
const volume: OwnedResource = { kind: 'volume', environmentId: id, id: 'v1' }
const whole = [container(), network, volume]

type Environment = Facts['environments'][number]
type Operation = Facts['operations'][number]
const environment = (over: Partial<Environment> = {}): Environment => ({
  id,
  status: 'running',
  desired_state: 'running',
  generation: 7,
  container_id: 'c1',
  updated_at: ago(3600),
  ...over,
})
const operation = (over: Partial<Operation> = {}): Operation => ({
  id: 'o1',
  environment_id: id,
  kind: 'start',
  state: 'running',
  deadline_at: ago(-60),
  ...over,
})
const plan = (over: Partial<Facts>) =>
  planRepairs({
    environments: [environment()],
    operations: [],
    liveJobs: new Set(),
    runningJobs: new Set(),
    unrecovered: new Set(),
    resources: whole,
    nowMs,
    ...over,
  })

describe('an environment with nothing under way', () => {
  it('is left alone while rows and engine agree', () => {
    expect(plan({})).toEqual([])
    const stopped = environment({ status: 'stopped', desired_state: 'stopped' })
    expect(plan({ environments: [stopped], resources: [container({ running: false }), volume] })).toEqual([])
    expect(plan({ environments: [stopped], resources: [volume] })).toEqual([])
    expect(plan({ environments: [environment({ status: 'error' })], resources: [] })).toEqual([])
  })

  test.each([
    ['its container is gone', [network, volume], 'container'],
    ['its container has ended', [container({ running: false }), network, volume], 'container'],
    ['its network is gone', [container({ networkId: null }), volume], 'network'],
    ['its container is on another network', [container({ networkId: 'n0' }), network, volume], 'network'],
  ] as const)('is brought back when %s', (_, resources, lost) => {
    expect(plan({ resources })).toEqual([{ environmentId: id, generation: 7, repair: 'recover', lost }])
  })

  it('keeps the network that its container is on when there are more', () => {
    const another = { ...network, id: 'n2' }
    expect(plan({ resources: [another, ...whole] })).toMatchObject([{ repair: 'untangle' }])
    expect(
      plan({
        environments: [environment({ status: 'stopped', desired_state: 'stopped' })],
        resources: [network, another],
      }),
    ).toEqual([])
  })

  it('is stopped when it runs and should not', () => {
    const stopped = environment({ status: 'stopped', desired_state: 'stopped' })
    expect(plan({ environments: [stopped] })).toMatchObject([{ repair: 'stop' }])
  })

  it('turns out to be stopped when it is said to run, nobody asked for it and nothing does', () => {
    const legacy = environment({ desired_state: 'stopped', container_id: 'of another program' })
    expect(plan({ environments: [legacy], resources: [] })).toEqual([
      { environmentId: id, generation: 7, repair: 'settle' },
    ])
    expect(plan({ environments: [legacy] })).toMatchObject([{ repair: 'stop' }])
  })

  it('takes over a container that was made by other hands', () => {
    expect(plan({ environments: [environment({ container_id: null })] })).toMatchObject([
      { repair: 'adopt', containerId: 'c1' },
    ])
  })

  it('is deleted or stopped again when that failed, after a while', () => {
    const undeleted = environment({ status: 'error', desired_state: 'deleted' })
    expect(plan({ environments: [undeleted] })).toMatchObject([{ repair: 'delete' }])
    expect(plan({ environments: [{ ...undeleted, updated_at: ago(5) }] })).toEqual([])
    const unstopped = environment({ status: 'error', desired_state: 'stopped' })
    expect(plan({ environments: [unstopped] })).toMatchObject([{ repair: 'stop' }])
    expect(plan({ environments: [unstopped], resources: [volume] })).toEqual([])
  })

  it('is brought back once more when that failed, after a while, and where it may be', () => {
    const lost = { environments: [environment({ status: 'error' })], resources: [volume], unrecovered: new Set([id]) }
    expect(plan(lost)).toEqual([{ environmentId: id, generation: 7, repair: 'recoverAgain' }])
    expect(plan({ ...lost, environments: [environment({ status: 'error', updated_at: ago(5) })] })).toEqual([])
    expect(plan({ ...lost, unrecovered: new Set() })).toEqual([])
    const unwanted = environment({ status: 'error', desired_state: 'stopped' })
    expect(plan({ ...lost, environments: [unwanted] })).toEqual([])
  })

  test.each([
    ['starting', 'running', 'recover'],
    ['stopping', 'stopped', 'stop'],
    ['deleting', 'deleted', 'delete'],
  ])('does not stay %s for ever', (status, desired, repair) => {
    expect(plan({ environments: [environment({ status, desired_state: desired })] })).toMatchObject([{ repair }])
  })
})

describe('work that is under way', () => {
  const starting = [environment({ status: 'starting' })]

  it('is left alone while somebody has its job, whatever the engine has', () => {
    const facts = { environments: starting, operations: [operation()], liveJobs: new Set(['o1']), resources: [] }
    expect(plan(facts)).toEqual([])
    expect(plan({ ...facts, operations: [operation({ state: 'queued', deadline_at: null })] })).toEqual([])
  })

  it('is given its job back when that was lost', () => {
    expect(plan({ environments: starting, operations: [operation()] })).toMatchObject([
      { repair: 'resume', operationId: 'o1' },
    ])
  })

  it('is given up when it is late and its own server has not done so', () => {
    const facts = { environments: starting, liveJobs: new Set(['o1']), runningJobs: new Set(['o1']) }
    expect(plan({ ...facts, operations: [operation({ deadline_at: ago(10) })] })).toEqual([])
    expect(plan({ ...facts, operations: [operation({ deadline_at: ago(60) })] })).toMatchObject([
      { repair: 'giveUp', operationId: 'o1' },
    ])
    // It was put back in line, and begins anew.
    expect(plan({ ...facts, operations: [operation({ deadline_at: ago(60) })], runningJobs: new Set() })).toEqual([])
  })
})

describe('what no row knows', () => {
  it('goes, containers first, and volumes only of environments that were deleted on purpose', () => {
    const ofOther = (resource: OwnedResource) => ({ ...resource, environmentId: 'e2' })
    const resources = [volume, network, container(), ofOther(volume), ofOther(container())]
    const { strays, kept } = findStrays(resources, new Set(), new Set(['e2']))
    expect(strays.map(({ kind, environmentId }) => `${kind} ${environmentId}`)).toEqual([
      'container e1',
      'container e2',
      'network e1',
      'volume e2',
    ])
    expect(kept).toEqual([volume])
  })

  it('is nothing that a row knows', () => {
    expect(findStrays(whole, new Set([id]), new Set())).toEqual({ strays: [], kept: [] })
  })
})
