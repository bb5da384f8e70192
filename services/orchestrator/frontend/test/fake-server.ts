/** Stands in for the server at the edge of the network: answers fetch by method and path, and remembers the calls. */
import { vi } from 'vitest'
import type { Problem } from '@craftastic/contract'

export interface Call {
  method: string
  path: string
  headers: Headers
  body: unknown
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> }
type Handler = (call: Call) => Answer | Promise<Answer>

export const ok = (body: unknown): Answer => ({ status: 200, body })

export function refusal(problem: Problem, headers: Record<string, string> = {}): Answer {
  return { status: problem.status, body: problem, headers }
}

export function startFakeServer(handlers: Record<string, Handler>) {
  const calls: Call[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const call = {
      method: init.method ?? 'GET',
      path,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    }
    calls.push(call)
    const handler = handlers[`${call.method} ${path}`]
    if (!handler) throw new TypeError(`nobody answers ${call.method} ${path}`)
    const { status, body, headers } = await handler(call)
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
  })
  return {
    calls,
    paths: () => calls.map(({ method, path }) => `${method} ${path}`),
    bodyOf: (wanted: string) => calls.findLast(({ method, path }) => `${method} ${path}` === wanted)?.body,
  }
}
