import { expect, test } from 'vitest'
import { readEngineEvent } from './docker-events.ts'

const line = (over: object = {}) =>
  JSON.stringify({
    Type: 'container',
    Action: 'die',
    Actor: { ID: 'c1', Attributes: { 'craftastic.environment': 'e1', exitCode: '137' } },
    timeNano: 1_767_268_800_123e6,
    ...over,
  })

test.each([
  ['start', 'started'],
  ['die', 'ended'],
  ['oom', 'outOfMemory'],
  ['destroy', 'removed'],
] as const)('%s tells that it %s', (Action, action) => {
  const event = readEngineEvent(line({ Action }))
  expect(event).toMatchObject({ environmentId: 'e1', action })
  expect(event?.atMs).toBeCloseTo(1_767_268_800_123, -1)
})

test.each([
  ['an action that tells nothing', line({ Action: 'exec_create: sh' })],
  ['a container without our label', line({ Actor: { ID: 'c1', Attributes: null } })],
  ['half a line', line().slice(0, 40)],
  ['something else', '[]'],
])('%s is left out', (_, text) => expect(readEngineEvent(text)).toBeNull())
