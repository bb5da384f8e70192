/** Servers that die, fail or are slow while they work on a request with a key, on a real database. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import cookie from '@fastify/cookie'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UserActor } from '../src/lib/actor.ts'
import { AppError } from '../src/lib/errors.ts'
import { createIdempotency, keepAnswer, takeBackAnswer, type Idempotency } from '../src/lib/idempotency.ts'
import { authPlugin } from '../src/plugins/auth.ts'
import { errorsPlugin } from '../src/plugins/errors.ts'
import { idempotencyPlugin } from '../src/plugins/idempotency.ts'
import { requestLogPlugin } from '../src/plugins/request-log.ts'
import { expectProblem } from './harness/http.ts'
import { createTestDatabase, type TestDatabase } from './harness/test-database.ts'

type Handler = (actor: UserActor, reply: FastifyReply) => Promise<unknown>

const body = { wish: 'an effect' }
let database: TestDatabase
let app: FastifyInstance
let idempotency: Idempotency
let userId: string
/** What `POST /effects` does in the test at hand. */
let handler: Handler
let key: string

beforeAll(async () => {
  database = await createTestDatabase()
  const { db } = database
  await sql`create table effects (id integer generated always as identity, made_by text)`.execute(db)
  const user = { email: 'user@example.org', name: 'User', role: 'member' }
  userId = (await db.insertInto('users').values(user).returning('id').executeTakeFirstOrThrow()).id

  idempotency = createIdempotency({ db, secret: 'a secret of the test', waitMs: 500 })
  app = Fastify()
  await app.register(requestLogPlugin)
  await app.register(errorsPlugin)
  await app.register(cookie)
  const actor = { type: 'user', userId, role: 'member', authSessionId: randomUUID() } as const
  await app.register(authPlugin, { authenticate: async () => ({ ...actor }), corsOrigins: [], operatorToken: null })
  await app.register(idempotencyPlugin, { idempotency })
  const config = { access: 'signedIn', idempotentStatus: 202 } as const
  app.post('/effects', { config }, (request, reply) => handler(request.actor, reply))
})
afterAll(async () => {
  await app.close()
  await database.drop()
})
beforeEach(async () => {
  key = randomUUID()
  handler = makeEffect()
  await sql`truncate effects`.execute(database.db)
})

async function haveEffect(actor: UserActor, madeBy: string): Promise<void> {
  await database.db.transaction().execute(async (trx) => {
    await sql`insert into effects (made_by) values (${madeBy})`.execute(trx)
    await keepAnswer(actor, { madeBy }, trx)
  })
}

/** Has its effect and keeps its answer together, then does `after`. */
function makeEffect(madeBy = 'the handler', after: () => Promise<void> = async () => {}): Handler {
  return async (actor, reply) => {
    await haveEffect(actor, madeBy)
    await after()
    return reply.code(201).send({ madeBy, finished: true })
  }
}

const post = () =>
  app.inject({
    method: 'POST',
    url: '/effects',
    headers: { authorization: 'Bearer x', 'idempotency-key': key },
    payload: body,
  })

async function readEffects(): Promise<unknown[]> {
  return (await sql<{ made_by: string }>`select made_by from effects order by id`.execute(database.db)).rows.map(
    ({ made_by }) => made_by,
  )
}

/** What a server that then dies has done: it has claimed the key. Answers its actor. */
async function claimAndDie(): Promise<UserActor> {
  await idempotency.claim({ userId, key, method: 'POST', path: '/effects', body }, () => true)
  return { type: 'user', userId, role: 'member', authSessionId: randomUUID(), requestKey: key }
}

async function passSeconds(seconds: number): Promise<void> {
  await sql`update idempotency_keys set claimed_at = claimed_at - make_interval(secs => ${seconds})
    where key = ${key}`.execute(database.db)
}

/** A step that waits to be let go. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<null>()
  return { passed: promise, open: () => resolve(null) }
}

describe('a server that died', () => {
  it('before its effect: the repeat has it, once the claim is old enough', async () => {
    await claimAndDie()
    await passSeconds(29)
    expectProblem(await post(), 'request_in_progress', 409)
    expect(await readEffects()).toEqual([])
    await passSeconds(2)
    const answer = await post()
    expect(answer.statusCode).toBe(201)
    expect(answer.headers).not.toHaveProperty('idempotency-replayed')
    expect(await readEffects()).toEqual(['the handler'])
  })

  it('before its effect was committed: nothing is kept of the answer either', async () => {
    const actor = await claimAndDie()
    const work = database.db.transaction().execute(async (trx) => {
      await sql`insert into effects (made_by) values ('the dead')`.execute(trx)
      await keepAnswer(actor, { madeBy: 'the dead' }, trx)
      throw new Error('killed')
    })
    await expect(work).rejects.toThrow('killed')
    await passSeconds(31)
    expect((await post()).json()).toEqual({ madeBy: 'the handler', finished: true })
    expect(await readEffects()).toEqual(['the handler'])
  })

  it('between its effect and its reply: the repeat gets the kept answer at once, with the status of acceptance', async () => {
    const actor = await claimAndDie()
    await database.db.transaction().execute((trx) => keepAnswer(actor, { madeBy: 'the dead' }, trx))
    for (const seconds of [0, 31]) {
      await passSeconds(seconds)
      const answer = await post()
      expect(answer.statusCode).toBe(202)
      expect(answer.json()).toEqual({ madeBy: 'the dead' })
      expect(answer.headers['idempotency-replayed']).toBe('true')
    }
    expect(await readEffects()).toEqual([])
  })
})

describe('a slow server', () => {
  it('is waited for', async () => {
    const [started, gate] = [createGate(), createGate()]
    handler = async (_actor, reply) => {
      started.open()
      await gate.passed
      return reply.code(201).send({ slow: true })
    }
    const first = post()
    await started.passed
    const repeat = post()
    await sleep(250)
    gate.open()
    const answers = await Promise.all([first, repeat])
    expect(answers.map((answer) => answer.statusCode)).toEqual([201, 201])
    expect(answers.map((answer) => answer.headers['idempotency-replayed'])).toEqual([undefined, 'true'])
  })

  it('has no effect any more when a repeat took its claim over and was first', async () => {
    const [started, gate] = [createGate(), createGate()]
    handler = async (actor, reply) => {
      handler = makeEffect('the repeat')
      started.open()
      await gate.passed
      return makeEffect('the slow one')(actor, reply)
    }
    const slow = post()
    await started.passed
    await passSeconds(31)
    expect((await post()).json()).toMatchObject({ madeBy: 'the repeat' })
    gate.open()
    expectProblem(await slow, 'request_in_progress', 409)
    expect(await readEffects()).toEqual(['the repeat'])
    expect((await post()).json()).toEqual({ madeBy: 'the repeat', finished: true })
  })

  it('keeps its effect and its answer when it was first after all', async () => {
    const [started, slowGate] = [createGate(), createGate()]
    const [taken, repeatGate] = [createGate(), createGate()]
    handler = async (actor, reply) => {
      handler = async (...given) => {
        taken.open()
        await repeatGate.passed
        return makeEffect('the repeat')(...given)
      }
      started.open()
      await slowGate.passed
      return makeEffect('the slow one')(actor, reply)
    }
    const slow = post()
    await started.passed
    await passSeconds(31)
    const repeat = post()
    await taken.passed
    slowGate.open()
    expect((await slow).statusCode).toBe(201)
    repeatGate.open()
    expectProblem(await repeat, 'request_in_progress', 409)
    expect(await readEffects()).toEqual(['the slow one'])
    expect((await post()).json()).toEqual({ madeBy: 'the slow one' })
  })
})

describe('a failure', () => {
  it.each(['engine_unavailable', 'disk_full', 'queue_full'] as const)('of %s lets the next one try', async (code) => {
    handler = async () => {
      throw new AppError(code, 'Not now.')
    }
    expectProblem(await post(), code)
    handler = makeEffect()
    expect((await post()).statusCode).toBe(201)
    expect(await readEffects()).toEqual(['the handler'])
  })

  it.each(['engine_unavailable', 'not_found'] as const)('of %s after the effect leaves what was kept', async (code) => {
    handler = makeEffect('the handler', async () => {
      throw new AppError(code, 'The answer could not be finished.')
    })
    expectProblem(await post(), code)
    const again = await post()
    expect(again.statusCode).toBe(202)
    expect(again.json()).toEqual({ madeBy: 'the handler' })
    expect(await readEffects()).toEqual(['the handler'])
  })
})

describe('an answer', () => {
  it('that is taken back with its effect leaves the next one to try', async () => {
    handler = async (actor) => {
      await haveEffect(actor, 'the first')
      await database.db.transaction().execute(async (trx) => {
        await sql`truncate effects`.execute(trx)
        await takeBackAnswer(actor, trx)
      })
      throw new AppError('environment_unreachable', 'It came to nothing.')
    }
    expectProblem(await post(), 'environment_unreachable')
    handler = makeEffect()
    expect((await post()).statusCode).toBe(201)
    expect(await readEffects()).toEqual(['the handler'])
  })

  it('without a body is repeated without one, and a cookie is never kept', async () => {
    handler = async (_actor, reply) => reply.code(204).header('set-cookie', 'secret=1').send()
    expect((await post()).headers['set-cookie']).toBe('secret=1')
    handler = makeEffect()
    const again = await post()
    expect([again.statusCode, again.body]).toEqual([204, ''])
    expect(again.headers).not.toHaveProperty('set-cookie')
    const row = await database.db.selectFrom('idempotency_keys').selectAll().where('key', '=', key).executeTakeFirst()
    expect(JSON.stringify(row)).not.toContain('secret')
  })

  it('of a request without a key is not kept', async () => {
    const headers = { authorization: 'Bearer x' }
    const answer = await app.inject({ method: 'POST', url: '/effects', headers, payload: body })
    expect(answer.statusCode).toBe(201)
    const rows = await database.db.selectFrom('idempotency_keys').selectAll().where('key', '=', key).execute()
    expect(rows).toEqual([])
  })
})
