/** The connection that notifications come over, through a network that forgets it without a word. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createKeptConnection, type KeptConnection } from '../src/lib/kept-connection.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()
const sockets = new Set<Socket>()
let network: Server
let url: URL
let connection: KeptConnection

beforeAll(async () => {
  url = new URL(server().database.url)
  const port = Number(url.port)
  network = createServer((client) => {
    const database = connect(port, '127.0.0.1')
    for (const socket of [client, database]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.pipe(database).pipe(client)
  })
  await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve))
  const address = network.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  url.port = String(address.port)
})
afterEach(() => connection.close())
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  network.close()
})

/** Nothing comes through any more, and neither end is told. */
function forget(): void {
  for (const socket of sockets) socket.unpipe().pause()
}

it('is opened again when its other end is gone without a word', async () => {
  const heard: string[] = []
  let prepared = 0
  connection = createKeptConnection({
    databaseUrl: url.href,
    name: 'craftastic test',
    probeMs: 300,
    prepare: async (client) => {
      client.on('notification', ({ payload = '' }) => heard.push(payload))
      await client.query('listen craftastic_test')
      prepared += 1
    },
    log: pino({ level: 'silent' }),
  })
  await connection.open()
  const teller = new pg.Client({ connectionString: server().database.url })
  await teller.connect()
  await teller.query(`notify craftastic_test, 'before'`)
  await expect.poll(() => heard).toEqual(['before'])
  forget()
  await expect.poll(() => prepared).toBe(2)
  await teller.query(`notify craftastic_test, 'after'`)
  await expect.poll(() => heard).toEqual(['before', 'after'])
  await teller.end()
})

it('is left alone while it answers', async () => {
  let prepared = 0
  connection = createKeptConnection({
    databaseUrl: url.href,
    name: 'craftastic test',
    probeMs: 400,
    prepare: async () => void (prepared += 1),
    log: pino({ level: 'silent' }),
  })
  await connection.open()
  const rows = await connection.query<{ slept: string }>('select pg_sleep(0.01)::text as slept', [])
  expect(rows).toHaveLength(1)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(prepared).toBe(1)
})
