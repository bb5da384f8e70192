/** The key with which an environment signs in to SSH hosts. Its private half never leaves the server. */
import { z } from 'zod'
import { Timestamp } from './common.ts'

export const DeployKey = z
  .object({
    /** One line, as Git hosts take it. */
    publicKey: z.string(),
    /** `SHA256:…`, as Git hosts show it. */
    fingerprint: z.string(),
    createdAt: Timestamp,
  })
  .meta({ id: 'DeployKey' })
export type DeployKey = z.infer<typeof DeployKey>
