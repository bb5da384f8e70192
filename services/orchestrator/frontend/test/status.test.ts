// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { EnvironmentStatus, SessionStatus } from '@craftastic/contract'
import { aliveSessions, explainEnvironment, inOrder, presentEnvironment, presentSession } from '@/lib/status'
import { aSession, anEnvironment } from './fixtures'

describe('states in words', () => {
  test('no two environment states share a word', () => {
    const words = EnvironmentStatus.options.map((status) => presentEnvironment({ status }).word)
    expect(new Set(words).size).toBe(EnvironmentStatus.options.length)
  })

  test('no two session states look the same', () => {
    const looks = SessionStatus.options.map((status) => presentSession({ status }, anEnvironment()))
    expect(new Set(looks.map(({ word }) => word)).size).toBe(3)
    expect(new Set(looks.map(({ tone }) => tone)).size).toBe(3)
  })

  test('without its environment no session looks alive, whatever was seen of it last', () => {
    for (const status of EnvironmentStatus.options.filter((each) => each !== 'running')) {
      const environment = anEnvironment({ status, sessions: [aSession({ status: 'active' })] })
      expect(presentSession(aSession({ status: 'active' }), environment)).toEqual({
        word: 'Not running',
        tone: 'stopped',
      })
      expect(aliveSessions(environment)).toEqual([])
    }
    expect(aliveSessions(anEnvironment({ sessions: [aSession(), aSession({ status: 'dead' })] }))).toHaveLength(1)
  })

  test('the server’s reason wins over ours, and every state has one', () => {
    expect(explainEnvironment(anEnvironment({ status: 'error', statusReason: 'The image is gone.' }))).toBe(
      'The image is gone.',
    )
    for (const status of EnvironmentStatus.options) expect(explainEnvironment(anEnvironment({ status }))).toMatch(/\.$/)
  })
})

test('sessions keep the order in which they were made', () => {
  const first = aSession({ id: 'b', createdAt: '2026-01-01T00:00:00.000Z' })
  const second = aSession({ id: 'a', createdAt: '2026-01-02T00:00:00.000Z' })
  expect(inOrder([second, first]).map(({ id }) => id)).toEqual(['b', 'a'])
})
