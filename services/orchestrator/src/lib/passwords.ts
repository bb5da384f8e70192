/**
 * Passwords as argon2id hashes with OWASP's parameters (19 MiB, 2 passes, 1 lane). Hashing runs on libuv's threads, at
 * most four at a time, so a storm of sign-ins costs at most about 80 MiB.
 */
import { randomBytes } from 'node:crypto'
import { hash, parseOptions, verify } from '@node-rs/argon2'

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost)
}

/**
 * Whether the password is right. Without a hash (no such user, or one who has no password) it takes as long and is
 * wrong, so that time does not tell who exists.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await dummyHash()), password)
  return matches && passwordHash !== null
}

/** Whether a hash was made with other parameters than today's. */
export function needsRehash(passwordHash: string): boolean {
  const used = parseOptions(passwordHash)
  return (
    !passwordHash.startsWith('$argon2id$') ||
    used.memoryCost !== cost.memoryCost ||
    used.timeCost !== cost.timeCost ||
    used.parallelism !== cost.parallelism
  )
}

let dummy: Promise<string> | null = null

function dummyHash(): Promise<string> {
  dummy ??= hashPassword(randomBytes(24).toString('base64url'))
  return dummy
}
