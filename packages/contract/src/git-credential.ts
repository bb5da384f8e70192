/**
 * What a user shows to Git hosts: a personal access token for each host, or one that GitHub's device flow gave. A token
 * goes in and never comes out again.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

/** A host as it stands in a URL: `github.com`, or `git.lan:3000` with a port of its own. Lower case. */
export const GitHost = z
  .string()
  .max(261)
  .regex(/^(?!-)[a-z0-9-]+(\.(?!-)[a-z0-9-]+)*(:[1-9]\d{0,4})?$/, 'is not a host such as github.com')

export const GitHostParams = z.object({ host: z.string().toLowerCase().pipe(GitHost) })

/** 8 to 1,024 visible ASCII characters. */
export const GitToken = z.string().regex(/^[\x21-\x7e]{8,1024}$/, 'must be 8 to 1024 visible ASCII characters')

/** The few hosts that ask for one say so; it cannot hold a colon, which ends it on the wire (RFC 7617). */
const GitUsername = z.string().regex(/^[\x21-\x39\x3b-\x7e]{1,100}$/, 'must be 1 to 100 visible characters, no colon')

export const SaveGitCredential = z
  .strictObject({ token: GitToken, username: GitUsername.optional() })
  .meta({ id: 'SaveGitCredential' })
export type SaveGitCredential = z.infer<typeof SaveGitCredential>

export const GitCredential = z
  .object({
    id: Id,
    host: z.string(),
    /** Null where the host's own way is used. */
    username: z.string().nullable(),
    /** The last four characters of the token. */
    lastFour: z.string(),
    createdAt: Timestamp,
    /** When its host last took it; null before that. */
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: 'GitCredential' })
export type GitCredential = z.infer<typeof GitCredential>

export const GitCredentialList = z
  .object({
    /** By host. */
    credentials: z.array(GitCredential),
    /** The GitHub that the device flow signs in to, such as `github.com`; null when this server has none. */
    deviceFlowHost: z.string().nullable(),
  })
  .meta({ id: 'GitCredentialList' })
export type GitCredentialList = z.infer<typeof GitCredentialList>

/** A device flow that has begun: the user opens `verificationUri` and types `userCode` there. */
export const GitDeviceFlow = z
  .object({
    flowId: Id,
    userCode: z.string(),
    verificationUri: z.string(),
    expiresAt: Timestamp,
    /** How often asking for its state makes sense. */
    intervalSeconds: z.int(),
  })
  .meta({ id: 'GitDeviceFlow' })
export type GitDeviceFlow = z.infer<typeof GitDeviceFlow>

/** `pending → authorized | denied | expired` */
export const GitDeviceFlowState = z.enum(['pending', 'authorized', 'denied', 'expired'])
export type GitDeviceFlowState = z.infer<typeof GitDeviceFlowState>

export const GitDeviceFlowStatus = z
  .object({ state: GitDeviceFlowState, intervalSeconds: z.int() })
  .meta({ id: 'GitDeviceFlowStatus' })
export type GitDeviceFlowStatus = z.infer<typeof GitDeviceFlowStatus>

export const GitDeviceFlowParams = z.object({ flowId: Id })
