/**
 * Requests that may be repeated. A request with an `Idempotency-Key` claims a row before its handler runs, and its
 * answer is kept in the transaction that makes its effect: whenever a server dies, a repeat either finds the answer or
 * is the first to have an effect. Whoever asks meanwhile waits.
 *
 * A claim is renewed for as long as its handler runs. One without an answer that is older than `abandonedAfterSeconds` was
 * left by a server that died; a repeat takes it over. Should that server only have been slow, the first of the two to commit wins and `keepAnswer` refuses the
 * other, so that the effect happens once.
 */
import { createHmac, hkdfSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { idempotencyHours } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import type { UserActor } from './actor.ts'
import { jsonb, type Database, type Transaction } from './database.ts'
import type { DB, JsonObject, JsonValue } from './database-types.ts'
import { AppError } from './errors.ts'

export type KeyedRequest = {
  userId: string
  key: string
  method: string
  path: string
  /** As the handler gets it. */
  body: unknown
}

/** The right to run the handler and to say what its answer was. */
export type Claim = {
  userId: string
  key: string
  /** As PostgreSQL writes it, to the microsecond: whoever takes the claim over has another. */
  claimedAt: string
}

export type KeptAnswer = {
  /** Null when only the effect is known to have happened: the server ended before it could reply. */
  status: number | null
  body: JsonValue
  location: string | null
}

export type ClaimOutcome = { claim: Claim } | { kept: KeptAnswer }

export type IdempotencyOptions = {
  db: Database
  /** Known to all servers of the installation. */
  secret: string
  /** How long a repeat waits for the first answer. */
  waitMs?: number
  /** Between two renewals of a claim. */
  renewMs?: number
}

export type Idempotency = ReturnType<typeof createIdempotency>

const pollMs = 100
/** Some renewals may fail. */
const abandonedAfterSeconds = 30

const isExpired = sql<boolean>`idempotency_keys.created_at < now() - make_interval(hours => ${idempotencyHours})`
const isUnanswered = sql<boolean>`(idempotency_keys.status is null and idempotency_keys.answer is null)`
const isAbandoned = sql<boolean>`(${isUnanswered}
  and idempotency_keys.claimed_at < now() - make_interval(secs => ${abandonedAfterSeconds}))`

export function createIdempotency({ db, secret, waitMs = 25_000, renewMs = 8_000 }: IdempotencyOptions) {
  const fingerprintKey = Buffer.from(hkdfSync('sha256', secret, '', 'craftastic idempotency keys', 32))

  return {
    /**
     * Claims the key, or answers what the first request with it was answered.
     * @param isWanted Whether somebody still waits for the answer.
     * @throws AppError idempotency_key_reused | request_in_progress
     */
    async claim(request: KeyedRequest, isWanted: () => boolean): Promise<ClaimOutcome> {
      const fingerprint = fingerprintOf(request)
      const giveUpAt = Date.now() + waitMs
      for (;;) {
        const row = await findKey(request)
        if (row !== undefined && !row.is_expired && row.fingerprint !== fingerprint) throw refuseReuse(request.key)
        if (row === undefined || row.is_expired || row.is_abandoned) {
          const claim = await takeKey(request, fingerprint)
          if (claim !== null) return { claim }
          continue
        }
        if (!row.is_unanswered)
          return { kept: { status: row.status, body: readAnswer(row.answer), location: row.location } }
        if (Date.now() >= giveUpAt || !isWanted()) throw refuseWhileRunning()
        await sleep(pollMs)
      }
    },

    /** Renews the claim again and again. Answers how to end that, which must come before its answer is stored. */
    holdClaim(claim: Claim): () => Promise<void> {
      let renewal = Promise.resolve()
      const timer = setInterval(() => {
        // A database that does not answer is asked again the next time.
        renewal = renewal.then(() => renewClaim(claim)).catch(() => {})
      }, renewMs).unref()
      return () => {
        clearInterval(timer)
        return renewal
      }
    },

    /**
     * Keeps what was answered. An answer that was kept with its effect yields to the success it led to, never to a
     * failure after it. A claim that somebody else has taken over stays theirs.
     * @param body JSON text; empty for none.
     */
    async storeAnswer(claim: Claim, answer: { status: number; body: string; location: string | null }): Promise<void> {
      await db
        .updateTable('idempotency_keys')
        .set({
          status: answer.status,
          answer: answer.body === '' ? null : sql<JsonValue>`${storableJson(answer.body)}::jsonb`,
          location: answer.location,
        })
        .where(isClaim(claim))
        .$if(answer.status >= 400, (query) => query.where(isUnanswered))
        .execute()
    },

    /** Lets the next request with the key run again; only what has no answer yet. */
    async releaseClaim(claim: Claim): Promise<void> {
      await db.deleteFrom('idempotency_keys').where(isClaim(claim)).where(isUnanswered).execute()
    },
  }

  /** Bodies hold passwords, which a plain hash would give away to whoever tries them all. */
  function fingerprintOf({ method, path, body }: KeyedRequest): string {
    const text = `${method} ${path}\n${JSON.stringify(body ?? null)}`
    return createHmac('sha256', fingerprintKey).update(text).digest('base64url')
  }

  async function findKey({ userId, key }: KeyedRequest) {
    return db
      .selectFrom('idempotency_keys')
      .select(['fingerprint', 'status', 'answer', 'location'])
      .select([isExpired.as('is_expired'), isAbandoned.as('is_abandoned'), isUnanswered.as('is_unanswered')])
      .where('user_id', '=', userId)
      .where('key', '=', key)
      .executeTakeFirst()
  }

  /** One that somebody else has taken over stays theirs. */
  async function renewClaim(claim: Claim): Promise<void> {
    const row = await db
      .updateTable('idempotency_keys')
      .set({ claimed_at: sql<Date>`now()` })
      .where(isClaim(claim))
      .where(isUnanswered)
      .returning(sql<string>`claimed_at::text`.as('claimed_at'))
      .executeTakeFirst()
    if (row !== undefined) claim.claimedAt = row.claimed_at
  }

  /** Null when somebody else was quicker. */
  async function takeKey({ userId, key }: KeyedRequest, fingerprint: string): Promise<Claim | null> {
    const fresh = { fingerprint, status: null, answer: null, location: null }
    const row = await db
      .insertInto('idempotency_keys')
      .values({ user_id: userId, key, ...fresh })
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'key'])
          .doUpdateSet({ ...fresh, claimed_at: sql<Date>`now()`, created_at: sql<Date>`now()` })
          .where(sql<boolean>`${isExpired} or (${isAbandoned} and idempotency_keys.fingerprint = ${fingerprint})`),
      )
      .returning(sql<string>`claimed_at::text`.as('claimed_at'))
      .executeTakeFirst()
    return row === undefined ? null : { userId, key, claimedAt: row.claimed_at }
  }
}

/**
 * Keeps the answer of the actor's request beside its effect; nothing without a key. Once per request, in the
 * transaction of the effect.
 * @throws AppError request_in_progress when a repeat has taken this request over: the effect must not happen twice.
 */
export async function keepAnswer(actor: UserActor, answer: object, trx: Transaction): Promise<void> {
  if (actor.requestKey === undefined) return
  const { numUpdatedRows } = await trx
    .updateTable('idempotency_keys')
    .set({ answer: jsonb(answer as JsonObject) })
    .where('user_id', '=', actor.userId)
    .where('key', '=', actor.requestKey)
    .where(isUnanswered)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw refuseWhileRunning()
}

/** Takes back what `keepAnswer` kept, in the transaction that undoes the effect: a repeat may try again. */
export async function takeBackAnswer(actor: UserActor, trx: Transaction): Promise<void> {
  if (actor.requestKey === undefined) return
  await trx
    .updateTable('idempotency_keys')
    .set({ answer: null })
    .where('user_id', '=', actor.userId)
    .where('key', '=', actor.requestKey)
    .where('status', 'is', null)
    .execute()
}

/** Forgets the keys whose time is over. */
export async function deleteOldKeys(db: Kysely<DB>): Promise<void> {
  await db.deleteFrom('idempotency_keys').where(isExpired).execute()
}

/**
 * `jsonb` holds neither NUL characters nor lone surrogates, which texts of git may have. An answer with an escape of either
 * is kept as one string of JSON; no answer is a string by itself.
 */
function storableJson(json: string): string {
  return /\\u(?:0000|d[89a-f])/i.test(json) ? JSON.stringify(json) : json
}

function readAnswer(answer: JsonValue): JsonValue {
  return typeof answer === 'string' ? (JSON.parse(answer) as JsonValue) : answer
}

function isClaim({ userId, key, claimedAt }: Claim) {
  return sql<boolean>`user_id = ${userId} and key = ${key} and claimed_at = ${claimedAt}::timestamptz`
}

function refuseReuse(key: string): AppError {
  return new AppError(
    'idempotency_key_reused',
    `The Idempotency-Key "${key}" belongs to another request of the last ${idempotencyHours} hours. Use a new key for each request.`,
  )
}

function refuseWhileRunning(): AppError {
  return new AppError(
    'request_in_progress',
    'The first request with this Idempotency-Key is still being worked on. Repeat it in a moment to get its answer.',
  )
}
