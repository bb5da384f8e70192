/**
 * A Coolify for tests, as a process of its own: `node main.ts [--port 0] [--token 1|…]` prints its address and token as
 * one line of JSON. Every request to it and every answer of it is held against Coolify's contract; what is not in it is
 * answered with 599 and counted.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { answer, type FakeAnswer } from './answers.ts'
import { readContract } from './contract.ts'
import { runCommand } from './control.ts'
import { takeFault, playFault } from './faults.ts'
import { refuseAccess } from './gate.ts'
import { advance } from './life.ts'
import { routes } from './routes.ts'
import { createWorld, newToken } from './world.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, token: { type: 'string' } } })
const world = createWorld(values.token ?? newToken())
const contract = readContract()
const requests: { method: string; path: string; status: number | null; at: number }[] = []
const violations: string[] = []

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    violations.push(`the fake itself failed: ${error instanceof Error ? error.message : String(error)}`)
    send(response, answer({ message: 'The fake failed.' }, 599))
  })
})

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake')
  const text = await readBody(request)
  if (url.pathname === '/_control') {
    const result = runCommand(world, JSON.parse(text))
    return send(response, answer(result === world ? { ...world, requests, violations } : { result }))
  }
  const path = url.pathname.replace(/^\/api\/v1/, '')
  const method = request.method ?? 'GET'
  const entry: (typeof requests)[number] = { method, path: path + url.search, status: null, at: Date.now() }
  requests.push(entry)
  const fault = takeFault(world, method, path)
  if (fault !== null && !fault.done) return playFault(fault, response)
  advance(world)
  const result = await perform(request, url, path, text)
  if (fault !== null) return playFault(fault, response)
  entry.status = result.status
  send(response, result)
}

async function perform(request: IncomingMessage, url: URL, path: string, text: string): Promise<FakeAnswer> {
  const method = request.method ?? 'GET'
  const operation = url.pathname.startsWith('/api/v1') ? contract.match(method, path) : null
  const route = operation === null ? undefined : routes[operation.operationId]
  if (operation === null || route === undefined) return violate([`${method} ${url.pathname} is not a route of Coolify`])
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  const wrong = [...checkHeaders(request, text), ...operation.checkRequest(url.searchParams, body)]
  if (wrong.length > 0) return violate(wrong.map((words) => `${method} ${path}: ${words}`))
  const { parameters } = operation
  const result =
    refuseAccess(world, operation.operationId, request) ??
    (await route({
      world,
      parameters,
      query: url.searchParams,
      body: typeof body === 'object' && body !== null ? { ...body } : {},
      app: world.applications.find(({ uuid }) => uuid === parameters.uuid),
    }))
  if (result.unchecked === true) return result
  const sent: unknown = typeof result.body === 'string' ? result.body : JSON.parse(JSON.stringify(result.body))
  const wrongAnswer = operation.checkAnswer(result.status, contentTypeOf(result), sent)
  return wrongAnswer.length > 0 ? violate(wrongAnswer.map((words) => `${method} ${path}: ${words}`)) : result
}

function violate(words: string[]): FakeAnswer {
  violations.push(...words)
  return answer({ message: words.join('; ') }, 599)
}

/** Coolify answers some refusals with a page when the first is missing, and reads no body without the second. */
function checkHeaders({ headers }: IncomingMessage, text: string): string[] {
  const accepts = headers.accept === 'application/json' ? [] : ['Accept is not application/json']
  const isJson = text === '' || headers['content-type'] === 'application/json'
  return isJson ? accepts : [...accepts, 'Content-Type is not application/json']
}

function contentTypeOf({ body }: FakeAnswer): string {
  return typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json'
}

function send(response: ServerResponse, result: FakeAnswer): void {
  const body = typeof result.body === 'string' ? result.body : JSON.stringify(result.body)
  response.writeHead(result.status, { 'content-type': contentTypeOf(result), ...result.headers }).end(body)
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

server.listen(Number(values.port), '127.0.0.1', () => {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the fake has no port')
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${bound.port}`, token: world.token })}\n`)
})

// Whoever started it holds the other end: it must not outlive a test that was killed.
process.stdin.resume().on('end', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))
