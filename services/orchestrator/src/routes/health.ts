/** Whether the process lives, and whether it can do its work. For load balancers and people; no sign-in. */
import { Health, Readiness } from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

/** Resolves with null when the part is ready, or with the reason in words. */
export type ReadinessCheck = () => Promise<string | null>

export interface HealthRoutesOptions {
  checks: { database: ReadinessCheck; engine: ReadinessCheck; image: ReadinessCheck }
}

const checkTimeoutMs = 3_000

export const healthRoutes: FastifyPluginAsyncZod<HealthRoutesOptions> = async (app, { checks }) => {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the process lives',
        tags: ['health'],
        response: { 200: Health },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether every part that the product needs is there',
        tags: ['health'],
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const [database, engine, image] = await Promise.all([
        readPart(checks.database),
        readPart(checks.engine),
        readPart(checks.image),
      ])
      const ready = database.ready && engine.ready && image.ready
      return reply.code(ready ? 200 : 503).send({ ready, parts: { database, engine, image } })
    },
  )
}

async function readPart(check: ReadinessCheck): Promise<{ ready: boolean; reason: string | null }> {
  const reason = await answerInTime(check)
  return { ready: reason === null, reason }
}

async function answerInTime(check: ReadinessCheck): Promise<string | null> {
  const timeout = AbortSignal.timeout(checkTimeoutMs)
  const tooLate = new Promise<string>((resolve) => {
    timeout.addEventListener('abort', () => resolve(`did not answer within ${checkTimeoutMs / 1000} s`), { once: true })
  })
  // A check that throws has no words for it; its error may carry addresses and passwords.
  return Promise.race([check().catch(() => 'does not answer'), tooLate])
}
