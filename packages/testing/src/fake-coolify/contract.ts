/**
 * The contract of Coolify's API (coolify-openapi.json), held against every request and every answer. Written down from
 * Coolify's code where its own document says otherwise.
 */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['query', 'path']),
  required: z.boolean().default(false),
  schema: z.object({ type: z.enum(['string', 'integer', 'boolean']) }),
})
const Body = z.object({ required: z.boolean().default(false) })
const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(Parameter).default([]),
  requestBody: Body.optional(),
  responses: z.record(z.string(), z.unknown()),
})
type Operation = z.infer<typeof Operation>
const Contract = z.object({
  paths: z.record(z.string(), z.record(z.enum(['get', 'post', 'patch', 'delete']).or(z.string()), Operation)),
  components: z.object({ responses: z.record(z.string(), z.unknown()) }),
})

export type MatchedOperation = {
  operationId: string
  parameters: Record<string, string>
  /** What of the request the contract does not know, in words. */
  checkRequest(query: URLSearchParams, body: unknown): string[]
  checkAnswer(status: number, contentType: string, body: unknown): string[]
}

export function readContract() {
  const text = readFileSync(new URL('./coolify-openapi.json', import.meta.url), 'utf8')
  const contract = Contract.parse(JSON.parse(text))
  const validator = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, validateSchema: false })
  validator.addSchema(z.record(z.string(), z.unknown()).parse(JSON.parse(text)), 'coolify')
  const operations = Object.entries(contract.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation, pattern: toPattern(path) })),
    )
    // `/deployments/applications/{uuid}` comes before `/deployments/{uuid}/…`.
    .sort((one, other) => one.path.split('{').length - other.path.split('{').length)

  const check = (pointer: readonly string[], value: unknown, what: string): string[] => {
    const key = `coolify#/${pointer.map(escapePointer).join('/')}`
    const validate = validator.getSchema(key)
    if (validate === undefined) return [`${what}: the contract has no schema at ${key}`]
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${what}${instancePath} ${message}`)
  }

  const checkAnswer = (
    at: readonly string[],
    { responses }: Operation,
    [status, contentType, body]: [number, string, unknown],
  ) => {
    const code = String(status)
    // Most operations leave out refusals that all of them may give.
    const where = code in responses && !isReference(responses[code]) ? [...at, 'responses', code] : null
    const pointer = where ?? ['components', 'responses', code]
    if (where === null && !(code in contract.components.responses)) return [`status ${code} is not in the contract`]
    const response = WithContent.parse(where === null ? contract.components.responses[code] : responses[code])
    if (response.content === undefined) return []
    const media = contentType.split(';')[0] ?? ''
    if (!(media in response.content)) return [`answer is ${media}, not ${Object.keys(response.content).join()}`]
    return check([...pointer, 'content', media, 'schema'], body, `answer ${code}`)
  }

  return {
    /** Null for a route that is not in the contract. @param path Without `/api/v1`. */
    match(method: string, path: string): MatchedOperation | null {
      for (const found of operations) {
        const match = found.pattern.exec(path)
        if (match === null || found.method !== method.toLowerCase()) continue
        const { operation } = found
        const at = ['paths', found.path, found.method]
        return {
          operationId: operation.operationId,
          parameters: { ...match.groups },
          checkRequest: (query, body) => [
            ...checkQuery(operation, query),
            ...(operation.requestBody === undefined
              ? body === undefined
                ? []
                : ['request has a body']
              : check([...at, 'requestBody', 'content', 'application/json', 'schema'], body, 'request')),
          ],
          checkAnswer: (status, contentType, body) => checkAnswer(at, operation, [status, contentType, body]),
        }
      }
      return null
    },
  }
}

const WithContent = z.object({ content: z.record(z.string(), z.unknown()).optional() })

function checkQuery({ parameters }: Operation, query: URLSearchParams): string[] {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  const unknown = [...query.keys()].filter((name) => !known.some((parameter) => parameter.name === name))
  const wrong = known.filter(({ name, required, schema }) => {
    const value = query.get(name)
    if (value === null) return required
    if (schema.type === 'integer') return !/^-?\d+$/.test(value)
    return schema.type === 'boolean' && !/^(true|false|0|1)$/.test(value)
  })
  return [
    ...unknown.map((name) => `query has ${name}`),
    ...wrong.map(({ name, schema }) => `query ${name} is no ${schema.type}`),
  ]
}

function isReference(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$ref' in value
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
