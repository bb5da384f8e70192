import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { followEngineEvents, readEngineEvent } from './docker-events.ts'
import type { RuntimeEvent } from './runtime.ts'

const line = (over: object = {}) =>
  JSON.stringify({
    Type: 'container',
    Action: 'die',
    Actor: { ID: 'c1', Attributes: { 'craftastic.instance': 'i1', 'craftastic.environment': 'e1', exitCode: '137' } },
    timeNano: 1_767_268_800_123e6,
    ...over,
  })

test.each([
  ['start', 'started'],
  ['die', 'ended'],
  ['oom', 'outOfMemory'],
  ['destroy', 'removed'],
] as const)('%s tells that it %s', (Action, action) => {
  const event = readEngineEvent(line({ Action }), 'i1')
  expect(event).toMatchObject({ environmentId: 'e1', action })
  expect(event?.atMs).toBeCloseTo(1_767_268_800_123, -1)
})

test.each([
  ['an action that tells nothing', line({ Action: 'exec_create: sh' })],
  ['a container without our label', line({ Actor: { ID: 'c1', Attributes: null } })],
  ['a container of another installation', line().replace('"i1"', '"i2"')],
  ['a network of something else', line({ Type: 'network', Actor: { ID: 'n1', Attributes: { name: 'bridge' } } })],
  ['half a line', line().slice(0, 40)],
  ['something else', '[]'],
])('%s is left out', (_, text) => expect(readEngineEvent(text, 'i1')).toBeNull())

test('a network of an environment that is removed tells it', () => {
  const network = line({
    Type: 'network',
    Action: 'destroy',
    Actor: { ID: 'n1', Attributes: { name: 'craftastic-e1' } },
  })
  expect(readEngineEvent(network, 'i1')).toMatchObject({ environmentId: 'e1', action: 'removed' })
})

/** An engine that answers as it is told. */
async function startEngine(answer: RequestListener) {
  const engine = createServer(answer)
  const port = await new Promise<number>((resolve, reject) => {
    engine.listen(0, '127.0.0.1', () => {
      const address = engine.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
      else reject(new Error('no port'))
    })
  })
  const docker = new Docker({ protocol: 'http', host: '127.0.0.1', port })
  return { docker, close: () => engine.close() }
}

test('an engine that is cut off in the middle of a line ends the stream and nothing else', async () => {
  const { docker, close } = await startEngine((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(`${line()}\n${line().slice(0, 20)}`)
    setTimeout(() => response.socket?.destroy(), 50)
  })
  const events: RuntimeEvent[] = []
  const onEvent = (event: RuntimeEvent) => events.push(event)
  const { signal } = new AbortController()
  const stream = await followEngineEvents(docker, { instanceId: 'i1', sinceMs: null, onEvent, signal })
  await stream.ended
  expect(events.map(({ action }) => action)).toEqual(['ended'])
  close()
})

test.each([
  ['before the engine has answered', () => {}],
  ['afterwards', (response: ServerResponse) => void response.writeHead(200).write(`${line()}\n`)],
])('who waits no longer %s leaves nothing open there', async (_when, answer) => {
  let left = () => {}
  const hasLeft = new Promise<void>((resolve) => (left = resolve))
  const waited = new AbortController()
  const { docker, close } = await startEngine((_request, response) => {
    response.on('close', left)
    answer(response)
    setTimeout(() => waited.abort(), 50)
  })
  const options = { instanceId: 'i1', sinceMs: null, onEvent: () => {}, signal: waited.signal }
  await Promise.allSettled([followEngineEvents(docker, options)])
  await hasLeft
  close()
})
