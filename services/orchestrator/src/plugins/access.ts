/**
 * Every route says who may call it, in `config.access`. A route without a rule stops the start. Routes that plugins
 * bring along (documentation, static files, preflight) get theirs from the one list below.
 */
import type { FastifyInstance, RouteOptions } from 'fastify'

/**
 * `signedIn` = any user; what is theirs is decided by the services, in SQL. `operator` = who runs the server, without a
 * user (`operator.ts`).
 */
export type AccessRule = 'public' | 'signedIn' | 'admin' | 'operator'

/** Routes that we do not write ourselves. */
const pluginRoutes: readonly { method: string; url: RegExp; access: AccessRule }[] = [
  { method: 'GET', url: /^\/api\/docs(\/.*)?$/, access: 'public' },
  { method: 'GET', url: /^\/\*$/, access: 'public' },
  { method: 'OPTIONS', url: /^\*$/, access: 'public' },
]

export interface RouteEntry {
  methods: string[]
  url: string
  access: AccessRule
  operationId: string | null
}

/** Answers the table of routes; it fills while routes are registered. Must come before every other plugin. */
export function requireAccessRules(app: FastifyInstance): readonly RouteEntry[] {
  const table: RouteEntry[] = []
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat()
    const access = route.config?.access ?? findPluginRule(route)
    if (access === undefined)
      throw new Error(`The route ${methods.join(',')} ${route.url} has no access rule (config.access)`)
    route.config = { ...route.config, access }
    const operationId = readOperationId(route)
    if (operationId === null && isDocumented(route)) {
      throw new Error(`The route ${methods.join(',')} ${route.url} has no operationId`)
    }
    table.push({ methods, url: route.url, access, operationId })
  })
  return table
}

function findPluginRule(route: RouteOptions): AccessRule | undefined {
  const methods = [route.method].flat().map((method) => (method === 'HEAD' ? 'GET' : method))
  return pluginRoutes.find(({ method, url }) => methods.every((one) => one === method) && url.test(route.url))?.access
}

function readOperationId(route: RouteOptions): string | null {
  return route.schema?.operationId ?? null
}

/** Ours, and not the HEAD twin of a GET route. */
function isDocumented(route: RouteOptions): boolean {
  return (
    [route.method].flat().some((method) => method !== 'HEAD') &&
    findPluginRule(route) === undefined &&
    route.schema?.hide !== true
  )
}
