/** A small client of the HTTP API for tests and benchmarks: bearer token, answers parsed with the contract. */
import { Environment, Session, SignedIn } from '@craftastic/contract'
import type { z } from 'zod'

export type ApiAnswer = { status: number; headers: Headers; body: unknown }
type RequestOptions = { body?: unknown; headers?: Record<string, string> }

export class ApiClient {
  readonly baseUrl: string
  readonly accessToken: string | null
  readonly userId: string | null

  constructor(baseUrl: string, signedIn: SignedIn | null = null) {
    this.baseUrl = baseUrl
    this.accessToken = signedIn?.accessToken ?? null
    this.userId = signedIn?.user.id ?? null
  }

  static async signIn(baseUrl: string, credentials: { email: string; password: string }): Promise<ApiClient> {
    const answer = await new ApiClient(baseUrl).request('POST', '/api/auth/login', { body: credentials })
    return new ApiClient(baseUrl, SignedIn.parse(answer.body))
  }

  async request(method: string, path: string, { body, headers = {} }: RequestOptions = {}): Promise<ApiAnswer> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.accessToken === null ? {} : { authorization: `Bearer ${this.accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    const parsed: unknown = isJson ? JSON.parse(text) : text
    return { status: response.status, headers: response.headers, body: parsed }
  }

  /** The body, read with `schema`; throws with the answer when the status is another than `status`. */
  async expect<S extends z.ZodType>(
    status: number,
    schema: S,
    ...request: Parameters<ApiClient['request']>
  ): Promise<z.infer<S>> {
    const answer = await this.request(...request)
    if (answer.status !== status)
      throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
    return schema.parse(answer.body)
  }

  /** Waits until the environment runs or has failed. */
  createEnvironment(input: Record<string, unknown>): Promise<Environment> {
    return this.expect(201, Environment, 'POST', '/api/environments', { body: input, headers: { prefer: 'wait=60' } })
  }

  /** Waits until what is only in it is kept, and everything else of it gone. */
  deleteEnvironment(environmentId: string): Promise<void> {
    return this.#delete(`/api/environments/${environmentId}`)
  }

  /** Deletes what was made for a test: nothing of it is looked through and kept, which takes a second or two. */
  removeEnvironment(environmentId: string): Promise<void> {
    return this.#delete(`/api/environments/${environmentId}?force=true`)
  }

  async #delete(path: string): Promise<void> {
    const answer = await this.request('DELETE', path, { headers: { prefer: 'wait=60' } })
    if (answer.status !== 200) throw new Error(`${answer.status} instead of 200: ${JSON.stringify(answer.body)}`)
  }

  createSession(input: Record<string, unknown>): Promise<Session> {
    return this.expect(201, Session, 'POST', '/api/sessions', { body: input })
  }
}
