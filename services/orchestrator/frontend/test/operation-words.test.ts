// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { OperationKind, OperationState, StepName } from '@craftastic/contract'
import { offeredVerbs } from '@/lib/environment-verbs'
import { currentStep, isRunningLate, operationMs, operationPercent } from '@/lib/operation-progress'
import {
  cancelWords,
  historyTitle,
  outcomeWord,
  progressTitle,
  queueWords,
  requesterWords,
  stepFailure,
  stepLabel,
} from '@/lib/operation-words'
import { anEnvironment, anOperation, aStep, aUser, ids } from './fixtures'

describe('operations in words', () => {
  test('a step of a deletion says what it removes', () => {
    for (const step of StepName.options) {
      expect(stepLabel('delete', step) === stepLabel('create', step)).toBe(false)
    }
    expect(stepFailure('create', 'clone')).toBe('The repository could not be cloned')
    expect(stepFailure('delete', 'volume')).toBe('The environment could not be deleted')
  })

  test('a stop takes away what a start makes, and fails as a stop', () => {
    expect(stepLabel('stop', 'network')).toBe('Remove the private network')
    expect(stepLabel('restart', 'stop')).toBe('Stop the container')
    expect(stepLabel('start', 'volume')).toBe('Find the workspace')
    expect(stepFailure('stop', 'connection')).toBe('The container could not be stopped')
  })

  test('no two kinds share a title, and no two outcomes a word', () => {
    const titles = OperationKind.options.map(progressTitle)
    expect(new Set(titles).size).toBe(titles.length)
    const words = OperationState.options.map(outcomeWord)
    expect(new Set(words).size).toBe(words.length)
  })

  test('only what succeeded is told as done', () => {
    expect(historyTitle({ kind: 'recover', state: 'succeeded' })).toBe('Brought back')
    expect(historyTitle({ kind: 'delete', state: 'failed' })).toBe('Delete')
    expect(historyTitle({ kind: 'start', state: 'cancelled' })).toBe('Start')
  })

  test.each([
    [1, 'Waiting: next in line'],
    [2, 'Waiting: 2nd in line'],
    [3, 'Waiting: 3rd in line'],
    [4, 'Waiting: 4th in line'],
    [11, 'Waiting: 11th in line'],
    [21, 'Waiting: 21st in line'],
  ])('place %i: %s', (queuePosition, words) => {
    expect(queueWords(anOperation({ state: 'queued', queuePosition }))).toBe(words)
  })

  test('what does not wait has no place', () => {
    expect(queueWords(anOperation({ state: 'running', queuePosition: 2 }))).toBeNull()
    expect(queueWords(anOperation({ state: 'queued' }))).toBeNull()
  })

  test('knows who asked', () => {
    const other = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
    const asked = (requestedBy: string | null, reader = aUser()) =>
      requesterWords({ requestedBy }, anEnvironment(), reader)
    expect(asked(null)).toBe('by the server')
    expect(asked(ids.user)).toBe('by you')
    expect(asked(other)).toBe('by an admin')
    expect(asked(ids.user, aUser({ id: other }))).toBe('by its owner')
  })

  test('calling off says where it leads', () => {
    expect(cancelWords('stop').label).toBe('Keep it running')
    for (const kind of OperationKind.options) expect(cancelWords(kind).effect).toMatch(/\.$/)
  })
})

describe('progress', () => {
  const steps = [
    aStep({ name: 'network', state: 'done' }),
    aStep({ name: 'container', state: 'done' }),
    aStep({ name: 'clone', state: 'running', percent: 50 }),
    aStep({ name: 'ready' }),
  ]

  test('counts finished steps and the part of the running one', () => {
    expect(operationPercent(anOperation({ steps }))).toBe(63)
    expect(operationPercent(anOperation({ steps, state: 'succeeded' }))).toBe(100)
    expect(operationPercent(anOperation())).toBe(0)
  })

  test('the step to show is the running or failed one, else the next', () => {
    expect(currentStep(anOperation({ steps }))?.name).toBe('clone')
    expect(currentStep(anOperation({ steps: [aStep({ state: 'done' }), aStep({ name: 'volume' })] }))?.name).toBe(
      'volume',
    )
    expect(currentStep(anOperation())).toBeUndefined()
  })

  test('a deadline matters once half of its time is used', () => {
    const operation = anOperation({
      startedAt: '2026-05-01T10:00:00.000Z',
      deadlineAt: '2026-05-01T10:10:00.000Z',
    })
    expect(isRunningLate(operation, Date.parse('2026-05-01T10:04:59Z'))).toBe(false)
    expect(isRunningLate(operation, Date.parse('2026-05-01T10:05:01Z'))).toBe(true)
    expect(isRunningLate({ ...operation, state: 'succeeded' }, Date.parse('2026-05-01T10:09:00Z'))).toBe(false)
    expect(isRunningLate({ ...operation, startedAt: null }, Date.parse('2026-05-01T10:09:00Z'))).toBe(false)
  })

  test('time runs from the start to the end, or until now', () => {
    const startedAt = '2026-05-01T10:00:00.000Z'
    const nowMs = Date.parse('2026-05-01T10:00:30Z')
    expect(operationMs(anOperation({ startedAt }), nowMs)).toBe(30_000)
    expect(operationMs(anOperation({ startedAt, finishedAt: '2026-05-01T10:00:02.000Z' }), nowMs)).toBe(2000)
    expect(operationMs(anOperation({ startedAt: null }), nowMs)).toBeNull()
  })
})

test('each state offers what fits; what is left of a failed deletion only its deletion', () => {
  expect(offeredVerbs(anEnvironment())).toEqual(['stop', 'restart'])
  expect(offeredVerbs(anEnvironment({ status: 'stopped' }))).toEqual(['start'])
  expect(offeredVerbs(anEnvironment({ status: 'error' }))).toEqual(['retry'])
  expect(offeredVerbs(anEnvironment({ status: 'error', desiredState: 'deleted' }))).toEqual([])
  expect(offeredVerbs(anEnvironment({ status: 'starting' }))).toEqual([])
})

test('what was not deleted because its work could not be kept is started, not tried again', () => {
  const error = { step: 'keep', reason: 'Too large.', output: null } as const
  const operation = anOperation({ kind: 'delete', state: 'failed', error })
  expect(offeredVerbs(anEnvironment({ status: 'error', desiredState: 'stopped', operation }))).toEqual(['start'])
})
