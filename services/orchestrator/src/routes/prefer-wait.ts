/** `Prefer: wait=N` (RFC 7240): how long a caller wants to wait for long work, in seconds. */
import { maxWaitSeconds } from '@craftastic/contract'
import { z } from 'zod'

/** Preferences that are not understood are ignored, as the RFC asks. */
export const PreferHeaders = z.object({ prefer: z.string().max(200).optional() })
export type PreferHeaders = z.infer<typeof PreferHeaders>

/** 0 when there is no such preference; at most `maxWaitSeconds`. */
export function readWaitSeconds(prefer: string | undefined): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/.exec(prefer ?? '')?.[1]
  return Math.min(Number(seconds ?? 0), maxWaitSeconds)
}
