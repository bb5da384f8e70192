/**
 * Server-sent events. Each has a growing id; a client that reconnects with `Last-Event-ID` receives what it missed.
 * The event's name is its `type`; its data is the rest.
 */
import { z } from 'zod'
import { Id } from './common.ts'
import { Environment } from './environment.ts'
import { Operation } from './operation.ts'
import { Session } from './session.ts'

/** An environment changed; `environment` is null once it is deleted. */
export const StatusEvent = z.object({
  type: z.literal('status'),
  environmentId: Id,
  environment: Environment.nullable(),
})
export type StatusEvent = z.infer<typeof StatusEvent>

/** An operation moved on; `lines` are new lines of its log. */
export const OperationEvent = z.object({
  type: z.literal('operation'),
  environmentId: Id,
  operation: Operation,
  lines: z.array(z.string()),
})
export type OperationEvent = z.infer<typeof OperationEvent>

/** A session changed; `session` is null once it is deleted. */
export const SessionEvent = z.object({
  type: z.literal('session'),
  environmentId: Id,
  sessionId: Id,
  session: Session.nullable(),
})
export type SessionEvent = z.infer<typeof SessionEvent>

export const AppEvent = z.discriminatedUnion('type', [StatusEvent, OperationEvent, SessionEvent])
export type AppEvent = z.infer<typeof AppEvent>
