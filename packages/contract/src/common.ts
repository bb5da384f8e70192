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
