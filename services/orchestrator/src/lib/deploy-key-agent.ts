/**
 * The SSH agents of environments: each stream is known to come from one environment, and is answered with its deploy key
 * alone. A signature is written into the audit log before it is given, so there is a limit to how many there are.
 */
import type { Duplex } from 'node:stream'
import { serveAgent, type AgentKey } from '../services/ssh-agent.ts'
import { fingerprintOf, signWithKey } from '../services/ssh-keys.ts'
import { AttemptLimiter } from './attempt-limiter.ts'
import { appendAudit } from './audit-log.ts'
import type { Database } from './database.ts'
import { findPublicDeployKey, openDeployKey } from './deploy-keys.ts'
import type { Log } from './log.ts'
import type { SecretBox } from './secret-box.ts'

/** Of one environment: far more than its users need, far less than a loop can ask for. */
const maxStreams = 16
const connectionLimit = { maxAttempts: 240, windowMs: 60_000 }
const signatureLimit = { maxAttempts: 60, windowMs: 10 * 60_000 }
/** What a hostile client calls itself is cut before it is written down. */
const maxUserCharacters = 100

export type DeployKeyAgentOptions = { db: Database; secretBox: SecretBox; log: Log }

export interface DeployKeyAgent {
  take(environmentId: string, stream: Duplex): void
}

export function createDeployKeyAgent({ db, secretBox, log }: DeployKeyAgentOptions): DeployKeyAgent {
  const streamCounts = new Map<string, number>()
  const connections = new AttemptLimiter(connectionLimit)
  const signatures = new AttemptLimiter(signatureLimit)

  return {
    take: (environmentId, stream) => {
      const count = streamCounts.get(environmentId) ?? 0
      if (count >= maxStreams || connections.take(environmentId) !== null) return void stream.destroy()
      streamCounts.set(environmentId, count + 1)
      stream.once('close', () => {
        const left = (streamCounts.get(environmentId) ?? 1) - 1
        if (left > 0) streamCounts.set(environmentId, left)
        else streamCounts.delete(environmentId)
      })
      serveAgent(stream, keyOf(environmentId)).catch((error: unknown) => {
        log.debug({ err: error, environmentId }, 'an agent connection was ended')
      })
    },
  }

  function keyOf(environmentId: string): AgentKey {
    return {
      findPublicKey: () => findPublicDeployKey(environmentId, db),
      sign: async (keyBlob, data, { user, hostKey }) => {
        const key = await openDeployKey(environmentId, secretBox, db)
        // A client may still know a key that was replaced.
        if (key === null || fingerprintOf(key.publicKey) !== fingerprintOf(keyBlob)) return null
        if (signatures.take(environmentId) !== null) return null
        await appendAudit(
          {
            userId: key.userId,
            environmentId,
            action: 'deploy_key.sign',
            target: fingerprintOf(key.publicKey),
            result: 'done',
            details: { user: toShown(user), hostKey: fingerprintOf(hostKey) },
          },
          db,
        )
        return signWithKey(key.privateKey, data)
      },
    }
  }
}

/** PostgreSQL takes no NUL, and nobody wants to read other control characters. */
function toShown(user: string): string {
  return user.replace(/[^\x20-\x7e]/g, '?').slice(0, maxUserCharacters)
}
