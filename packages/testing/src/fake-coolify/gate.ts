/** Who may ask: the throttle, the token, what it may do. */
import type { IncomingMessage } from 'node:http'
import { answer, type FakeAnswer } from './answers.ts'
import type { FakeWorld } from './world.ts'

const deployOperations = new Set([
  'deploy-by-tag-or-uuid',
  'cancel-deployment-by-uuid',
  'restart-application-by-uuid',
  'stop-application-by-uuid',
  'rollback-application-by-uuid',
])

/** Null when the request may go on. */
export function refuseAccess(world: FakeWorld, operationId: string, request: IncomingMessage): FakeAnswer | null {
  if (operationId === 'healthcheck') return null
  const { switches, token } = world
  if (switches.throttle !== null && switches.throttle.times > 0) {
    switches.throttle.times -= 1
    return answer({ message: 'Too Many Attempts.' }, 429, { 'retry-after': String(switches.throttle.retryAfterS) })
  }
  if (switches.refuseToken === 400) return answer({ message: 'Invalid token.', docs: 'https://coolify.io/docs' }, 400)
  if (switches.refuseToken === 401 || request.headers.authorization !== `Bearer ${token}`) {
    return answer({ message: 'Unauthenticated.' }, 401)
  }
  if (switches.apiOff) return answer({ success: true, message: 'API is disabled.' }, 403)
  const ability = findAbility(operationId, request.method)
  if (switches.abilities.includes(ability) || switches.abilities.includes('root')) return null
  return answer({ message: `Missing required permissions: ${ability}` }, 403)
}

function findAbility(operationId: string, method: string | undefined): string {
  if (deployOperations.has(operationId)) return 'deploy'
  return method === 'GET' ? 'read' : 'write'
}
