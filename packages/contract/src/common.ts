import { z } from 'zod'

/** Identifier of every resource: a random UUID. */
export const Id = z.uuid()
export type Id = z.infer<typeof Id>

/** A moment as ISO 8601 in UTC. */
export const Timestamp = z.iso.datetime()
export type Timestamp = z.infer<typeof Timestamp>

/** Answer of an action that has nothing else to tell. */
export const Success = z.object({ success: z.literal(true) }).meta({ id: 'Success' })
export type Success = z.infer<typeof Success>

/** `Prefer: wait=N` (RFC 7240): wait up to N seconds, 120 at the most, for long work to end. */
export const maxWaitSeconds = 120

/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): up to 255 visible ASCII characters. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')

/** How long the same key answers the same, in hours. */
export const idempotencyHours = 24
