import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()

const Operation = z.object({
  operationId: z.string(),
  responses: z.record(z.string(), z.unknown()),
  security: z.array(z.record(z.string(), z.array(z.string()))),
})
const Document = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

async function readDocument() {
  const answer = await server().app.inject({ url: '/api/openapi.json' })
  expect(answer.statusCode).toBe(200)
  return { document: Document.parse(answer.json()), text: answer.body }
}

describe('the description of the API', () => {
  it('has every route of ours, with its own operationId and what protects it', async () => {
    const { document } = await readDocument()
    expect(document.openapi).toBe('3.1.0')
    const described = new Map(
      Object.entries(document.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
      ),
    )
    const ids = [...described.values()].map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const ours = server().routes.filter(({ operationId }) => operationId !== null && operationId !== 'getOpenapi')
    for (const { methods, url, access, operationId } of ours) {
      for (const method of methods.filter((one) => one !== 'HEAD')) {
        const operation = described.get(`${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
        expect(operation?.operationId, `${method} ${url}`).toBe(operationId)
        expect(operation?.security.length, `${method} ${url}`).toBe(access === 'public' ? 0 : 2)
        expect(operation?.responses, `${method} ${url}`).toHaveProperty('default')
      }
    }
    expect(described.size).toBe(new Set(ours.map(({ operationId }) => operationId)).size)
  })

  it('refers to nothing that is missing and carries nothing that is not referred to', async () => {
    const { document, text } = await readDocument()
    const referred = new Set([...text.matchAll(/#\/components\/schemas\/([^"]+)/g)].map(([, name]) => name))
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort())
    expect(referred).toContain('Problem')
    expect([...referred].filter((name) => name?.endsWith('Input'))).toEqual([])
  })

  it('is browsable within the content security policy', async () => {
    const { app } = server()
    const get = (url: string) => app.inject({ url })
    for (const url of ['/api/docs', '/api/docs/']) {
      const html = await get(url)
      expect(html.statusCode).toBe(200)
      expect(html.headers['content-security-policy']).toContain("script-src 'self';")
      // Nothing inline, and everything it loads is there, where a browser would look for it.
      expect(html.body).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>\s*\S/)
      expect(html.body).not.toMatch(/\son\w+=/)
      const loaded = [...html.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, link = '']) => new URL(link, `http://x${url}`),
      )
      expect(loaded.length).toBeGreaterThan(4)
      for (const link of loaded) {
        expect(link.host).toBe('x')
        expect((await get(link.pathname)).statusCode, link.pathname).toBe(200)
      }
    }
  })
})
