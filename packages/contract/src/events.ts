/**
 * Server-sent events. All but `activity` and `git` have a growing id; a client that reconnects with `Last-Event-ID` receives what
 * it missed of them.
 * The event's name is its `type`; its data is the rest.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'
import { Deployment } from './deployment.ts'
import { Environment } from './environment.ts'
import { Operation } from './operation.ts'
import { Session } from './session.ts'
import { TerminalMode } from './terminal.ts'

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

/** Told to the person with whom a session is shared: what they may do there from now on; `mode` is null when it no longer is. */
export const ShareEvent = z.object({
  type: z.literal('share'),
  environmentId: Id,
  sessionId: Id,
  mode: TerminalMode.nullable(),
})
export type ShareEvent = z.infer<typeof ShareEvent>

/** A deployment moved on: its status, something else that is told of it, or its log, whose newest line it names. */
export const DeploymentEvent = z.object({
  type: z.literal('deployment'),
  environmentId: Id,
  deployment: Deployment,
})
export type DeploymentEvent = z.infer<typeof DeploymentEvent>

/**
 * What goes on in a living session changed. Told as it happens and not kept: it has no id, and a stream begins with
 * what is known of the sessions it covers.
 */
export const ActivityEvent = z.object({
  type: z.literal('activity'),
  environmentId: Id,
  sessionId: Id,
  currentCommand: z.string(),
  currentDirectory: z.string().nullable(),
  title: z.string().nullable(),
  /** Since when it is being recorded. */
  recordingSince: Timestamp.nullable(),
  /** Its bell rang since the event before, and no terminal was attached to hear it. */
  rang: z.boolean(),
})
export type ActivityEvent = z.infer<typeof ActivityEvent>

/** The working tree changed, or HEAD, or a branch: whoever shows it asks again. Told while it is watched, and not kept. */
export const GitEvent = z.object({ type: z.literal('git'), environmentId: Id })
export type GitEvent = z.infer<typeof GitEvent>

/** Those that are kept and have an id. */
export const KeptEvent = z.discriminatedUnion('type', [
  StatusEvent,
  OperationEvent,
  SessionEvent,
  ShareEvent,
  DeploymentEvent,
])
export type KeptEvent = z.infer<typeof KeptEvent>

export const AppEvent = z.discriminatedUnion('type', [
  StatusEvent,
  OperationEvent,
  SessionEvent,
  ShareEvent,
  DeploymentEvent,
  ActivityEvent,
  GitEvent,
])
export type AppEvent = z.infer<typeof AppEvent>
