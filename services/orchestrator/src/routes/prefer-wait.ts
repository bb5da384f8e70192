/** `Prefer: wait=N` (RFC 7240): how long a caller wants to wait for long work, in seconds. */
import { maxWaitSeconds, type Operation } from '@craftastic/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { OperationService } from '../lib/operation-service.ts'
import { replySignal } from './reply-signal.ts'

/** Preferences that are not understood are ignored, as the RFC asks. */
export const PreferHeaders = z.object({ prefer: z.string().max(200).optional() })
export type PreferHeaders = z.infer<typeof PreferHeaders>

/** 0 when there is no such preference; at most `maxWaitSeconds`. */
export function readWaitSeconds(prefer: string | undefined): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/.exec(prefer ?? '')?.[1]
  return Math.min(Number(seconds ?? 0), maxWaitSeconds)
}

/** Waits for the operation as long as the caller prefers. False when it is under way still, or there is none. */
export async function hasSettled(waiting: {
  request: FastifyRequest<{ Headers: PreferHeaders }>
  reply: FastifyReply
  operation: Operation | null | undefined
  operations: OperationService
}): Promise<boolean> {
  const { request, reply, operation, operations } = waiting
  const seconds = readWaitSeconds(request.headers.prefer)
  if (seconds === 0 || !operation) return false
  return operations.waitForOperation(operation, seconds, replySignal(reply))
}
