/**
 * The description of the API, OpenAPI 3.1, made from the contract's schemas that the routes validate and serialise
 * with. Browsable at /api/docs.
 */
import { IdempotencyKey, Problem } from '@craftastic/contract'
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AccessRule } from './access.ts'
import { takesKey } from './idempotency.ts'
import { problemMediaType } from './problems.ts'

export const openapiPlugin = fp(addOpenapi, { name: 'openapi' })

const description = `Development environments for people and for coding agents.

Send \`Authorization: Bearer <access token>\`, or be a browser of the same origin with the cookies of \`POST /api/auth/login\`.
Every error is \`application/problem+json\`; clients match on its \`code\`.`

async function addOpenapi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Craftastic Orchestrator', version: '1', description },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: '__Host-craftastic_session' },
        },
      },
    },
    transform: describeRoute,
    transformObject: describeDocument,
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs', uiConfig: { deepLinking: true }, logLevel: 'warn' })
  app.get(
    '/api/openapi.json',
    { config: { access: 'public' }, schema: { operationId: 'getOpenapi', hide: true } },
    async () => app.swagger(),
  )
}

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>
type TransformObject = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>

const security: Record<AccessRule, Record<string, string[]>[]> = {
  public: [],
  signedIn: [{ bearer: [] }, { cookie: [] }],
  admin: [{ bearer: [] }, { cookie: [] }],
  operator: [{ bearer: [] }],
}

/** Adds what every route has in common: who may call it. */
const describeRoute: Transform = (input) => {
  const access = input.route.config?.access ?? 'public'
  const { schema, url } = jsonSchemaTransform({ ...input, schema: describeCommon(input.route, input.schema) })
  const described: FastifySchema = { ...schema, security: security[access] }
  return { schema: described, url }
}

function describeCommon(route: RouteOptions, schema: FastifySchema): FastifySchema {
  if (isWebSocket(route)) return describeSocket(schema)
  return takesKey(route.method, route.config?.access) ? describeKey(schema) : schema
}

/** The WebSocket plugin hides its routes, although they are as much a part of the API. */
function describeSocket(schema: FastifySchema): FastifySchema {
  return { ...schema, hide: false, response: { 101: z.undefined().meta({ description: 'A WebSocket' }) } }
}

/** `Idempotency-Key` is read by its plugin, for all routes alike. */
function describeKey(schema: FastifySchema): FastifySchema {
  const headers = schema.headers instanceof z.ZodObject ? schema.headers : z.object({})
  return { ...schema, headers: headers.extend({ 'idempotency-key': IdempotencyKey.optional() }) }
}

function isWebSocket(route: RouteOptions): boolean {
  return 'websocket' in route && route.websocket === true
}

/** The parts of a document that are walked here. The rest passes through. */
const Paths = z.record(z.string(), z.record(z.string(), z.unknown()))
const Document = z.looseObject({
  paths: Paths.default({}),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).default({}) }),
})
const Operation = z.looseObject({ responses: z.record(z.string(), z.unknown()).default({}) })
type Document = z.infer<typeof Document>

const describeDocument: TransformObject = (input) => {
  const complete = jsonSchemaTransformObject(input)
  const document = Document.parse(complete)
  for (const item of Object.values(document.paths)) {
    for (const [method, value] of Object.entries(item)) {
      const operation = Operation.parse(value)
      item[method] = { ...operation, responses: { ...dropProblems(operation.responses), default: problemResponse } }
    }
  }
  const schemas = pruneSchemas(document)
  const names = shortenNames(Object.keys(schemas))
  const rename = (name: string) => names.get(name) ?? name
  const renamed = Object.entries(schemas).map(([name, schema]): [string, unknown] => [
    rename(name),
    mapReferences(schema, rename),
  ])
  return {
    ...complete,
    paths: Paths.parse(mapReferences(document.paths, rename)),
    components: { ...document.components, schemas: Object.fromEntries(renamed) },
  }
}

/** Routes may name the problem for its type; it is described once, with its own media type. */
function dropProblems(responses: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(responses).filter(([, response]) => !findReferences(response).includes(problemName)),
  )
}

const problemName = z.globalRegistry.get(Problem)?.id ?? ''
const problemResponse = {
  description: 'Any other outcome',
  content: { [problemMediaType]: { schema: { $ref: `#/components/schemas/${problemName}` } } },
}

/** The type provider lists every schema twice, for input and output; what nothing refers to goes. Sorted by name. */
function pruneSchemas({ paths, components }: Document): Record<string, unknown> {
  const { schemas } = components
  const used = new Set<string>()
  const queue = findReferences(paths)
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (used.has(name) || schemas[name] === undefined) continue
    used.add(name)
    queue.push(...findReferences(schemas[name]))
  }
  return Object.fromEntries([...used].sort().map((name) => [name, schemas[name]]))
}

/** A schema that is only sent, never answered, needs no name of its own for that: `LoginInput` is `Login` again. */
function shortenNames(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    names.map((name) => {
      const shorter = name.replace(/Input$/, '')
      return [name, names.includes(shorter) ? name : shorter]
    }),
  )
}

function mapReferences(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => mapReferences(entry, rename))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = readReference(key, inner)
      return [key, name === null ? mapReferences(inner, rename) : `#/components/schemas/${rename(name)}`]
    }),
  )
}

function findReferences(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => readReference(key, inner) ?? findReferences(inner))
}

/** The name of the schema that `"$ref": …` refers to; null for everything else. */
function readReference(key: string, value: unknown): string | null {
  if (key !== '$ref' || typeof value !== 'string') return null
  return /^#\/components\/schemas\/(.+)$/.exec(value)?.[1] ?? null
}
