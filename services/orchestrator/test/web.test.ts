import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireAccessRules } from '../src/plugins/access.ts'
import { errorsPlugin } from '../src/plugins/errors.ts'
import { requestLogPlugin } from '../src/plugins/request-log.ts'
import { webPlugin } from '../src/plugins/web.ts'
import { expectProblem } from './harness/http.ts'

const directory = mkdtempSync(join(tmpdir(), 'craftastic-web-'))
const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

async function buildWeb(from: string): Promise<FastifyInstance> {
  const app = Fastify()
  requireAccessRules(app)
  await app.register(requestLogPlugin)
  await app.register(errorsPlugin)
  await app.register(webPlugin, { middleware: null, directory: from })
  return app
}

let app: FastifyInstance
beforeAll(async () => {
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<title>the app</title>')
  writeFileSync(join(directory, 'favicon.svg'), '<svg/>')
  writeFileSync(join(directory, 'assets/main-abc123.js'), 'run()')
  writeFileSync(join(directory, '..', 'outside.txt'), 'secret')
  app = await buildWeb(directory)
})
afterAll(async () => {
  await app.close()
  rmSync(directory, { recursive: true, force: true })
  rmSync(join(directory, '..', 'outside.txt'), { force: true })
})

describe('the built web app', () => {
  it('is its page at the root and at every path that a browser opens, never kept', async () => {
    for (const url of ['/', '/index.html', '/setup?token=abc', '/environments/some-id', '/files/a.b/c']) {
      const answer = await app.inject({ url, headers: page })
      expect(answer.statusCode, url).toBe(200)
      expect(answer.body, url).toContain('the app')
      expect(answer.headers['content-type'], url).toMatch(/^text\/html/)
      expect(answer.headers['cache-control'], url).toBe('no-cache')
    }
  })

  it('is its files: hashed ones are kept for ever, the others asked for again', async () => {
    const script = await app.inject({ url: '/assets/main-abc123.js' })
    expect(script.body).toBe('run()')
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const icon = await app.inject({ url: '/favicon.svg' })
    expect(icon.headers['cache-control']).toBe('no-cache')
  })

  it('answers 404 for a file that is gone, so that an old page notices', async () => {
    expectProblem(await app.inject({ url: '/assets/main-old.js', headers: { accept: '*/*' } }), 'not_found', 404)
  })

  it('is nothing under /api, for no method but GET, and nothing outside its directory', async () => {
    expectProblem(await app.inject({ url: '/api/nothing', headers: page }), 'not_found', 404)
    expectProblem(await app.inject({ method: 'POST', url: '/', headers: page }), 'not_found', 404)
    for (const url of ['/../outside.txt', '/%2e%2e/outside.txt', '/assets/..%2f..%2foutside.txt', '//outside.txt']) {
      const answer = await app.inject({ url })
      expect(answer.body, url).not.toContain('secret')
    }
  })
})

describe('without a build', () => {
  it('a browser reads what to do, and everything else gets a problem', async () => {
    const bare = await buildWeb(join(directory, 'absent'))
    const answer = await bare.inject({ url: '/', headers: page })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build')
    expectProblem(await bare.inject({ url: '/main.js' }), 'not_found', 404)
    await bare.close()
  })
})
