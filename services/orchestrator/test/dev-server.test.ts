import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '@craftastic/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { runProcess, type RunningProcess } from './harness/run-process.ts'
import { createTestDatabase, type TestDatabase } from './harness/test-database.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'craftastic-dev-'))
let database: TestDatabase
let server: RunningProcess
let url: string

beforeAll(async () => {
  database = await createTestDatabase()
  server = runProcess('index.ts', { NODE_ENV: 'development', DATA_DIR: dataDir, PORT: '0', DATABASE_URL: database.url })
  const [, ready = ''] = await server.waitFor(/ready at (\S+)/)
  url = ready
})
afterAll(async () => {
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function get(path: string, accept: string) {
  const answer = await fetch(url + path, { headers: { accept } })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text(), answer }
}

describe('in development one port serves', () => {
  it('the page with hot reload, at every path that a browser opens', async () => {
    for (const path of ['/', '/environments/some-id']) {
      const page = await get(path, 'text/html')
      expect(page).toMatchObject({ status: 200, type: expect.stringContaining('text/html') as string })
      expect(page.text).toContain('/@vite/client')
      expect(page.answer.headers.get('content-security-policy')).toContain("script-src 'self' 'unsafe-inline'")
      expect(page.answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('sources, transformed', async () => {
    const source = await get('/src/main.tsx', '*/*')
    expect(source).toMatchObject({ status: 200, type: expect.stringContaining('javascript') as string })
    expect(source.text).toContain('createRoot')
  })

  it('the API, with its own answers', async () => {
    const missing = await get('/api/nothing', 'text/html')
    expect(Problem.parse(JSON.parse(missing.text)).code).toBe('not_found')
    expect((await get('/healthz', '*/*')).text).toBe('{"status":"ok"}')
  })

  it('the socket of hot reload, and the sockets of the API beside it', async () => {
    const client = await get('/@vite/client', '*/*')
    const token = /wsToken = "([^"]+)"/.exec(client.text)?.[1] ?? ''
    const hot = new WebSocket(`${url.replace('http', 'ws')}/?token=${token}`, 'vite-hmr')
    const first = await new Promise<string>((resolve, reject) => {
      hot.on('message', (data: Buffer) => resolve(data.toString()))
      hot.on('error', reject)
    })
    expect(first).toBe('{"type":"connected"}')
    hot.close()

    const terminal = new WebSocket(`${url.replace('http', 'ws')}/api/terminal/ws/${randomUUID()}`)
    const status = await new Promise<number>((resolve, reject) => {
      terminal.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      terminal.on('error', reject)
    })
    expect(status).toBe(401)
  })
})
