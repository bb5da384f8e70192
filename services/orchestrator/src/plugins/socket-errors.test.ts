import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import { handleSocketError } from './socket-errors.ts'

const LogLine = z.object({ level: z.number(), msg: z.string() })
const logged: z.infer<typeof LogLine>[] = []
const stream = { write: (line: string) => void logged.push(LogLine.parse(JSON.parse(line))) }
const app = Fastify({ logger: { level: 'debug', stream } })
let baseUrl = ''

beforeAll(async () => {
  await app.register(websocket, { options: { maxPayload: 1024 }, errorHandler: handleSocketError })
  app.get('/socket', { websocket: true }, (socket) => void socket.on('message', () => {}))
  app.get('/broken', { websocket: true }, () => Promise.reject(new Error('ours')))
  baseUrl = (await app.listen({ host: '127.0.0.1', port: 0 })).replace(/^http/, 'ws')
})
afterAll(() => app.close())
beforeEach(() => void logged.splice(0))

async function open(path: string): Promise<{ client: WebSocket; closed: Promise<number> }> {
  const client = new WebSocket(`${baseUrl}${path}`)
  client.on('error', () => {})
  const closed = new Promise<number>((resolve) => client.once('close', (code) => resolve(code)))
  await new Promise((resolve) => client.once('open', resolve))
  return { client, closed }
}
const levelOf = (message: string) => logged.filter(({ msg }) => msg === message).map(({ level }) => level)

test('a frame that is too large closes with the code that says so, and is no error of the server', async () => {
  const { client, closed } = await open('/socket')
  client.send(Buffer.alloc(2_000))
  expect(await closed).toBe(1009)
  expect(levelOf('a client broke its socket')).toEqual([20])
  expect(logged.filter(({ level }) => level >= 40)).toEqual([])
})

test('text that is no UTF-8 closes with its code, too', async () => {
  const { client, closed } = await open('/socket')
  client.send(Buffer.from([0xc3, 0x28]), { binary: false })
  expect(await closed).toBe(1007)
  expect(levelOf('a client broke its socket')).toEqual([20])
})

test('a failure of ours is logged as an error and ends the socket', async () => {
  const { closed } = await open('/broken')
  expect(await closed).toBe(1006)
  expect(levelOf('a socket failed')).toEqual([50])
})
