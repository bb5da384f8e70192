import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Problem } from '@craftastic/contract'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { signIn } from './harness/builders.ts'
import { buildTestApp } from './harness/test-app.ts'

interface Answer {
  status: number
  connection: string | undefined
  body: string
}

function send(url: string, agent: Agent, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent, headers }, (response: IncomingMessage) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          connection: response.headers.connection,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end()
  })
}

describe('closing', () => {
  it('ends with a keep-alive client and a request in flight, who gets the answer, and closes the pool', async () => {
    const server = await buildTestApp()
    const { db, pool } = server.database
    const user = await signIn(server)
    const base = await server.app.listen({ host: '127.0.0.1', port: 0 })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect((await send(`${base}/healthz`, agent)).connection).toBe('keep-alive')

    // A lock holds the request where real ones spend their time: in the database.
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let locked = () => {}
    const isLocked = new Promise<void>((resolve) => (locked = resolve))
    const lock = db.transaction().execute(async (trx) => {
      await sql`lock table users in access exclusive mode`.execute(trx)
      locked()
      await held
    })
    await isLocked
    server.authSessions.forgetAll()
    const inFlight = send(`${base}/api/auth/me`, agent, user.headers)
    await waitForBlockedQuery()

    const before = Date.now()
    const closing = server.app.close()
    setTimeout(release, 300)
    const answer = await inFlight
    await closing
    expect(answer).toMatchObject({ status: 200, connection: 'close' })
    expect(Date.now() - before).toBeLessThan(2_000)

    await lock
    await server.close()
    expect(pool.ended).toBe(true)
    expect(pool.totalCount).toBe(0)
    agent.destroy()

    async function waitForBlockedQuery(): Promise<void> {
      for (;;) {
        const { rows } = await sql`select 1 from pg_locks where not granted`.execute(db)
        if (rows.length > 0) return
      }
    }
  })

  it('answers 503 to what still arrives on an open connection', async () => {
    const server = await buildTestApp()
    const base = await server.app.listen({ host: '127.0.0.1', port: 0 })
    // Connected before closing begins, and busy sending: not idle, so it is not simply dropped.
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closing = server.app.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const text = new Promise<string>((resolve) => {
      let received = ''
      socket.on('data', (chunk) => (received += chunk.toString()))
      socket.on('close', () => resolve(received))
    })
    socket.write('\r\n')
    const answer = await text
    await closing
    expect(answer).toMatch(/^HTTP\/1.1 503 /)
    expect(answer).toMatch(/connection: close/i)
    expect(answer).toMatch(/retry-after: 2/i)
    const problem = Problem.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)))
    expect(problem.code).toBe('shutting_down')
    await server.close()
  })
})
