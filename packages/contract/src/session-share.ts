/**
 * A session that its owner shares with other users of the same server, and what those see of it: the session's terminal
 * and history, and nothing else of the environment. Who may type there can do in it whatever its owner can.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'
import { EnvironmentStatus } from './environment.ts'
import { SessionParams, SessionStatus } from './session.ts'
import { TerminalMode } from './terminal.ts'
import { Email } from './user.ts'

/** One person with whom a session is shared. */
export const SessionShare = z
  .object({
    id: Id,
    user: z.object({ id: Id, name: z.string(), email: z.string() }),
    mode: TerminalMode,
    createdAt: Timestamp,
  })
  .meta({ id: 'SessionShare' })
export type SessionShare = z.infer<typeof SessionShare>

/** Oldest first. */
export const SessionShareList = z.object({ shares: z.array(SessionShare) }).meta({ id: 'SessionShareList' })
export type SessionShareList = z.infer<typeof SessionShareList>

/** By the address with which the person signs in. The same person once more gets the new mode. */
export const ShareSession = z.strictObject({ email: Email, mode: TerminalMode }).meta({ id: 'ShareSession' })
export type ShareSession = z.infer<typeof ShareSession>

export const SessionShareParams = SessionParams.extend({ shareId: Id })

/** A session of somebody else's, as the person sees it with whom it is shared. */
export const SharedSession = z
  .object({
    id: Id,
    name: z.string().nullable(),
    tmuxSessionName: z.string(),
    /** As it was seen last; `dead` while the environment does not run. */
    status: SessionStatus,
    /** When it was made again after its container had ended. */
    restoredAt: Timestamp.nullable(),
    mode: TerminalMode,
    environment: z.object({ id: Id, name: z.string(), status: EnvironmentStatus }),
    owner: z.object({ name: z.string() }),
  })
  .meta({ id: 'SharedSession' })
export type SharedSession = z.infer<typeof SharedSession>

/** Shared last comes first. */
export const SharedSessionList = z.object({ sessions: z.array(SharedSession) }).meta({ id: 'SharedSessionList' })
export type SharedSessionList = z.infer<typeof SharedSessionList>
