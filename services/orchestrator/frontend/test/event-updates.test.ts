import { act, renderHook } from '@testing-library/react'
import { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Operation } from '@craftastic/contract'
import { mergeSessions } from '@/api/environment-cache'
import { environmentQuery, environmentsQuery } from '@/api/environments'
import { applyEvent } from '@/api/event-updates'
import { operationHistoryQuery } from '@/api/operation-history'
import { operationQuery } from '@/api/operations'
import { sessionsQuery } from '@/api/sessions'
import { answerBell, useRungSessions } from '@/lib/rung-sessions'
import { aSession, anEnvironment, anOperation, aStep, ids } from './fixtures'

let client: QueryClient
const list = () => client.getQueryData(environmentsQuery(ids.user).queryKey)
const one = () => client.getQueryData(environmentQuery(ids.environment).queryKey)
const sessions = () => client.getQueryData(sessionsQuery(ids.environment).queryKey)

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const environment = anEnvironment({ sessions: [aSession({ currentCommand: 'vim' })] })
  client.setQueryData(environmentsQuery(ids.user).queryKey, [environment])
  client.setQueryData(environmentQuery(ids.environment).queryKey, environment)
  client.setQueryData(sessionsQuery(ids.environment).queryKey, [aSession({ currentCommand: 'vim' })])
})

const later = '2026-05-01T10:00:05.000Z'
const earlier = '2026-05-01T09:00:00.000Z'

describe('status', () => {
  test('renews the environment everywhere and keeps what the event leaves out', () => {
    const environment = anEnvironment({ status: 'error', statusReason: 'The container ended.', updatedAt: later })
    applyEvent(client, { type: 'status', environmentId: ids.environment, environment })
    for (const known of [list()?.[0], one()]) {
      expect(known).toMatchObject({ status: 'error', statusReason: 'The container ended.' })
      expect(known?.sessions).toHaveLength(1)
    }
  })

  test('that is older than what is known changes nothing', () => {
    const environment = anEnvironment({ status: 'starting', updatedAt: earlier })
    applyEvent(client, { type: 'status', environmentId: ids.environment, environment })
    expect(one()?.status).toBe('running')
  })

  test('of an unknown environment puts it first in its owner’s list', () => {
    const environment = anEnvironment({ id: '55555555-5555-4555-8555-555555555555', name: 'new' })
    applyEvent(client, { type: 'status', environmentId: environment.id, environment })
    expect(list()?.map(({ name }) => name)).toEqual(['new', 'orchestrator'])
  })

  test('that ends or begins its sessions asks for them again', () => {
    const isStale = () => client.getQueryState(sessionsQuery(ids.environment).queryKey)?.isInvalidated
    const renew = (status: 'starting' | 'running', updatedAt: string) => {
      const environment = anEnvironment({ status, updatedAt })
      applyEvent(client, { type: 'status', environmentId: ids.environment, environment })
    }
    renew('running', later)
    expect(isStale()).toBe(false)
    renew('starting', '2026-05-01T10:00:06.000Z')
    expect(isStale()).toBe(true)
  })

  test('null removes it', () => {
    applyEvent(client, { type: 'status', environmentId: ids.environment, environment: null })
    expect(list()).toEqual([])
    expect(one()).toBeUndefined()
    expect(sessions()).toBeUndefined()
  })
})

describe('operation', () => {
  test('moves on in the environment and lengthens a log that is open', () => {
    client.setQueryData(operationQuery(ids.operation).queryKey, { ...anOperation(), lines: ['one'] })
    const operation = anOperation({ steps: [aStep({ name: 'clone', state: 'running', percent: 42 })] })
    applyEvent(client, { type: 'operation', environmentId: ids.environment, operation, lines: ['two', 'three'] })
    expect(list()?.[0]?.operation?.steps[0]?.percent).toBe(42)
    expect(client.getQueryData(operationQuery(ids.operation).queryKey)?.lines).toEqual(['one', 'two', 'three'])
  })

  test('does not fetch a log that nobody has opened', () => {
    applyEvent(client, { type: 'operation', environmentId: ids.environment, operation: anOperation(), lines: ['x'] })
    expect(client.getQueryData(operationQuery(ids.operation).queryKey)).toBeUndefined()
  })

  test('moves on in the history, a new one on top of it, an unknown old one nowhere', () => {
    const history = () =>
      client
        .getQueryData(operationHistoryQuery(ids.environment).queryKey)
        ?.pages.map(({ operations }) => operations.map(({ id, state }) => `${id.slice(0, 1)} ${state}`))
    const apply = (operation: Operation) =>
      applyEvent(client, { type: 'operation', environmentId: ids.environment, operation, lines: [] })
    client.setQueryData(operationHistoryQuery(ids.environment).queryKey, {
      pages: [{ operations: [anOperation()] }, { operations: [anOperation({ id: ids.session, createdAt: earlier })] }],
      pageParams: ['', earlier],
    })
    apply(anOperation({ state: 'succeeded' }))
    apply(anOperation({ id: ids.environment, createdAt: later }))
    apply(anOperation({ id: ids.user, createdAt: earlier }))
    expect(history()).toEqual([['2 running', '4 succeeded'], ['3 running']])
  })

  test('of an earlier operation does not hide the newest', () => {
    const newest = anOperation({ id: '66666666-6666-4666-8666-666666666666', createdAt: later })
    applyEvent(client, { type: 'operation', environmentId: ids.environment, operation: newest, lines: [] })
    applyEvent(client, { type: 'operation', environmentId: ids.environment, operation: anOperation(), lines: [] })
    expect(one()?.operation?.id).toBe(newest.id)
  })
})

describe('session', () => {
  const event = { type: 'session', environmentId: ids.environment, sessionId: ids.session } as const

  test('changes all three places and keeps the program that tmux was asked for', () => {
    const session = aSession({ status: 'active', updatedAt: later, currentCommand: null })
    applyEvent(client, { ...event, session })
    for (const known of [list()?.[0]?.sessions, one()?.sessions, sessions()]) {
      expect(known?.[0]).toMatchObject({ status: 'active', currentCommand: 'vim' })
    }
  })

  test('that was made again runs none of the programs of before', () => {
    const restoredAt = later
    applyEvent(client, { ...event, session: aSession({ updatedAt: later, restoredAt }) })
    expect(sessions()?.[0]).toMatchObject({ restoredAt, currentCommand: null })
  })

  test('that ended runs nothing any more', () => {
    applyEvent(client, { ...event, session: aSession({ status: 'dead', updatedAt: later, currentCommand: null }) })
    expect(sessions()?.[0]).toMatchObject({ status: 'dead', currentCommand: null })
  })

  test('keeps where and under which title it runs while an event says nothing of it', () => {
    const activity = { currentCommand: 'less', currentDirectory: '/srv', title: 'notes', recordingSince: null }
    applyEvent(client, { ...event, type: 'activity', ...activity, rang: false })
    applyEvent(client, { ...event, session: aSession({ status: 'active', updatedAt: later }) })
    expect(sessions()?.[0]).toMatchObject({ status: 'active', ...activity })
  })

  test('new or deleted, the lists follow', () => {
    const id = '77777777-7777-4777-8777-777777777777'
    applyEvent(client, { ...event, sessionId: id, session: aSession({ id, name: 'second' }) })
    expect(one()?.sessions?.map(({ name }) => name)).toEqual(['main', 'second'])
    applyEvent(client, { ...event, session: null })
    expect(sessions()?.map(({ name }) => name)).toEqual(['second'])
  })
})

describe('activity', () => {
  const event = {
    type: 'activity',
    environmentId: ids.environment,
    sessionId: ids.session,
    currentCommand: 'less',
    currentDirectory: '/srv',
    title: null,
    recordingSince: null,
    rang: false,
  } as const

  test('is shown in all three places', () => {
    applyEvent(client, event)
    for (const known of [list()?.[0]?.sessions, one()?.sessions, sessions()]) {
      expect(known?.[0]).toMatchObject({ name: 'main', currentCommand: 'less', currentDirectory: '/srv', title: null })
    }
  })

  test('of an unknown session makes none', () => {
    applyEvent(client, { ...event, sessionId: ids.user })
    expect(sessions()).toHaveLength(1)
  })

  test('marks a session whose bell rang until somebody looks', () => {
    const { result } = renderHook(useRungSessions)
    act(() => applyEvent(client, event))
    expect(result.current.has(ids.session)).toBe(false)
    act(() => applyEvent(client, { ...event, rang: true }))
    expect(result.current.has(ids.session)).toBe(true)
    act(() => answerBell(ids.session))
    expect(result.current.has(ids.session)).toBe(false)
  })
})

test('a list of sessions that set out before an event does not bring back what was before', () => {
  const session = aSession({ status: 'active', updatedAt: later })
  applyEvent(client, { type: 'session', environmentId: ids.environment, sessionId: session.id, session })
  expect(mergeSessions(sessions(), [aSession({ status: 'inactive', updatedAt: earlier })])).toMatchObject([
    { status: 'active' },
  ])
})
