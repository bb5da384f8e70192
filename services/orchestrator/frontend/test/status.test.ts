// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { EnvironmentStatus, SessionStatus, StepName } from '@craftastic/contract'
import {
  currentStep,
  explainEnvironment,
  inOrder,
  operationPercent,
  presentEnvironment,
  presentSession,
  stepFailure,
  stepLabel,
} from '@/lib/status'
import { aSession, anEnvironment, anOperation, aStep } from './fixtures'

describe('states in words', () => {
  test('no two environment states share a word', () => {
    const words = EnvironmentStatus.options.map((status) => presentEnvironment({ status }).word)
    expect(new Set(words).size).toBe(EnvironmentStatus.options.length)
  })

  test('no two session states look the same', () => {
    const looks = SessionStatus.options.map((status) => presentSession({ status }))
    expect(new Set(looks.map(({ word }) => word)).size).toBe(3)
    expect(new Set(looks.map(({ tone }) => tone)).size).toBe(3)
  })

  test('the server’s reason wins over ours, and every state has one', () => {
    expect(explainEnvironment(anEnvironment({ status: 'error', statusReason: 'The image is gone.' }))).toBe(
      'The image is gone.',
    )
    for (const status of EnvironmentStatus.options) expect(explainEnvironment(anEnvironment({ status }))).toMatch(/\.$/)
  })

  test('a step of a deletion says what it removes', () => {
    for (const step of StepName.options) {
      expect(stepLabel('delete', step) === stepLabel('create', step)).toBe(false)
    }
    expect(stepFailure('create', 'clone')).toBe('The repository could not be cloned')
    expect(stepFailure('delete', 'volume')).toBe('The environment could not be deleted')
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
})

test('sessions keep the order in which they were made', () => {
  const first = aSession({ id: 'b', createdAt: '2026-01-01T00:00:00.000Z' })
  const second = aSession({ id: 'a', createdAt: '2026-01-02T00:00:00.000Z' })
  expect(inOrder([second, first]).map(({ id }) => id)).toEqual(['b', 'a'])
})
