/** Who shares what with whom: the rules and what is written down. What a share opens: test/engine/session-sharing.test.ts. */
import { randomUUID } from 'node:crypto'
import { SessionShare, SessionShareList, SharedSessionList, terminalCloseCode } from '@craftastic/contract'
import { pino } from 'pino'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createEventFeed } from '../src/lib/event-feed.ts'
import { createSharedViewers, type SharedViewer } from '../src/lib/shared-viewers.ts'
import { createEnvironmentRow, createUser, signIn, type SignedInUser, type TestUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()
let owner: SignedInUser
let guest: SignedInUser
let environmentId: string
let sessionId: string
beforeAll(async () => {
  owner = await signIn(server())
  guest = await signIn(server())
  environmentId = await createEnvironmentRow(server(), owner.id)
})
beforeEach(async () => {
  sessionId = await insertSession()
})

async function insertSession(): Promise<string> {
  const name = `session-${randomUUID().slice(0, 8)}`
  const values = { environment_id: environmentId, name, tmux_session_name: name, status: 'inactive' }
  const insert = server().database.db.insertInto('sessions').values(values).returning('id')
  return (await insert.executeTakeFirstOrThrow()).id
}

const path = () => `/api/sessions/${sessionId}/shares`
const give = (payload: object, { headers } = owner) =>
  server().app.inject({ method: 'POST', url: path(), headers, payload })
const takeBack = (shareId: string, { headers } = owner) =>
  server().app.inject({ method: 'DELETE', url: `${path()}/${shareId}`, headers })
const list = async () => readBody(await server().app.inject({ url: path(), headers: owner.headers }), SessionShareList)
const listShared = async ({ headers }: SignedInUser = guest) =>
  readBody(await server().app.inject({ url: '/api/shared-sessions', headers }), SharedSessionList).sessions
const isShared = async (user = guest) => (await listShared(user)).some(({ id }) => id === sessionId)
const disable = (user: TestUser, disabled: boolean) =>
  server()
    .database.db.updateTable('users')
    .set({ disabled_at: disabled ? new Date() : null })
    .where('id', '=', user.id)
    .execute()

async function readAudit(): Promise<unknown[]> {
  const rows = await server().database.db.selectFrom('audit_log').selectAll().orderBy('id').execute()
  return rows
    .filter(({ details }) => (details as { sessionId?: string }).sessionId === sessionId)
    .map(({ action, target, details }) => [action, target, (details as { mode?: string }).mode])
}

describe('sharing a session', () => {
  it('gives, changes and takes back, and writes each down once', async () => {
    expect(await list()).toEqual({ shares: [] })
    const given = readBody(await give({ email: guest.email.toUpperCase(), mode: 'view' }), SessionShare, 201)
    expect(given).toMatchObject({ user: { id: guest.id, name: 'Test User', email: guest.email }, mode: 'view' })
    expect(readBody(await give({ email: guest.email, mode: 'view' }), SessionShare)).toEqual(given)
    expect(readBody(await give({ email: guest.email, mode: 'edit' }), SessionShare)).toEqual({ ...given, mode: 'edit' })
    expect(await list()).toEqual({ shares: [{ ...given, mode: 'edit' }] })
    expect((await takeBack(given.id)).json()).toEqual({ success: true })
    expect(await list()).toEqual({ shares: [] })
    expectProblem(await takeBack(given.id), 'not_found')
    expect(await readAudit()).toEqual([
      ['session_share.give', guest.email, 'view'],
      ['session_share.change', guest.email, 'edit'],
      ['session_share.take_back', guest.email, 'edit'],
    ])
  })

  it('refuses an address of nobody, of somebody disabled and of oneself, at the field', async () => {
    const gone = await createUser(server(), { disabled: true })
    for (const email of ['nobody@example.org', gone.email]) {
      const { detail, errors } = expectProblem(await give({ email, mode: 'view' }), 'share_refused', 422)
      expect(detail).toBe(`Nobody on this server signs in with "${email}". Ask an admin for an account.`)
      expect(errors).toEqual([{ pointer: '/email', detail }])
    }
    expectProblem(await give({ email: owner.email, mode: 'edit' }), 'share_refused', 422)
    expectProblem(await give({ email: 'no address', mode: 'view' }), 'validation_failed')
    expectProblem(await give({ email: guest.email, mode: 'own' }), 'validation_failed')
    expect(await list()).toEqual({ shares: [] })
  })

  it('is for its owner alone: to the invited it is as absent as to anybody', async () => {
    const { id } = readBody(await give({ email: guest.email, mode: 'edit' }), SessionShare, 201)
    const other = await signIn(server(), { role: 'admin' })
    for (const user of [guest, other]) {
      const answers = [
        await server().app.inject({ url: path(), headers: user.headers }),
        await give({ email: other.email, mode: 'edit' }, user),
        await takeBack(id, user),
      ]
      for (const answer of answers) {
        const { detail } = expectProblem(answer, 'not_found')
        expect(detail).toBe(`There is no session "${sessionId}".`)
      }
    }
    // One of another session is not found through one's own.
    const before = sessionId
    sessionId = await insertSession()
    expectProblem(await takeBack(id), 'not_found')
    sessionId = before
    expect(await list()).toMatchObject({ shares: [{ id, mode: 'edit' }] })
  })

  it('answers a repeat of the request the same', async () => {
    const headers = { ...owner.headers, 'idempotency-key': randomUUID() }
    const ask = () => give({ email: guest.email, mode: 'view' }, { ...owner, headers })
    const share = readBody(await ask(), SessionShare, 201)
    await takeBack(share.id)
    expect(readBody(await ask(), SessionShare, 201)).toEqual(share)
    expect(await list()).toEqual({ shares: [] })
  })
})

describe('what is shared with somebody', () => {
  it('is listed with all they may know of it', async () => {
    await give({ email: guest.email, mode: 'view' })
    expect((await listShared())[0]).toEqual({
      id: sessionId,
      name: expect.stringMatching(/^session-/) as string,
      tmuxSessionName: expect.stringMatching(/^session-/) as string,
      status: 'dead',
      restoredAt: null,
      mode: 'view',
      environment: { id: environmentId, name: expect.stringMatching(/^env-/) as string, status: 'stopped' },
      owner: { name: 'Test User' },
    })
    expect(await listShared(owner)).toEqual([])
  })

  /** A session of somebody else's, shared with the guest. Answers whose. */
  async function lend(): Promise<TestUser> {
    const lender = await createUser(server())
    const { db } = server().database
    const lent = { environment_id: await createEnvironmentRow(server(), lender.id) }
    await db.updateTable('sessions').set(lent).where('id', '=', sessionId).execute()
    await db.insertInto('session_shares').values({ session_id: sessionId, user_id: guest.id, mode: 'edit' }).execute()
    return lender
  }

  it('is absent while its owner is disabled', async () => {
    const lender = await lend()
    const history = () => server().app.inject({ url: `/api/sessions/${sessionId}/history`, headers: guest.headers })
    expectProblem(await history(), 'environment_not_running')
    await disable(lender, true)
    expect(await isShared()).toBe(false)
    expectProblem(await history(), 'not_found')
    await disable(lender, false)
    expect(await isShared()).toBe(true)
  })

  it('ends with a hand-over: the new owner has shared nothing', async () => {
    const lender = await lend()
    expect(await isShared()).toBe(true)
    await disable(lender, true)
    const { headers } = await signIn(server(), { role: 'admin' })
    const url = `/api/users/${lender.id}/hand-over`
    await server().app.inject({ method: 'POST', url, headers, payload: { toUserId: owner.id } })
    expect(await list()).toEqual({ shares: [] })
    expect(await isShared()).toBe(false)
  })
})

describe('terminals that are open on what is shared', () => {
  /** As another server on the same database has them. */
  async function openViewers(lookIntervalMs: number) {
    const { db, url: databaseUrl } = server().database
    const log = pino({ level: 'silent' })
    const feed = createEventFeed({ databaseUrl, db, log })
    await feed.open()
    const viewers = createSharedViewers({ db, feed, log, lookIntervalMs })
    onTestFinished(async () => {
      viewers.stop()
      await feed.close()
    })
    return (user: TestUser, mode: SharedViewer['mode']) => {
      const ended: number[] = []
      const end = (code: number) => {
        ended.push(code)
        viewers.delete(viewer)
      }
      const viewer: SharedViewer = { sessionId, userId: user.id, mode, end }
      viewers.add(viewer)
      return ended
    }
  }

  it('end at once on every server when it is lowered or taken back, those of others do not', async () => {
    const other = await signIn(server())
    const { id } = readBody(await give({ email: guest.email, mode: 'edit' }), SessionShare, 201)
    await give({ email: other.email, mode: 'edit' })
    const open = await openViewers(600_000)
    const [typing, watching, others] = [open(guest, 'edit'), open(guest, 'view'), open(other, 'edit')]
    await give({ email: guest.email, mode: 'view' })
    await expect.poll(() => typing).toEqual([terminalCloseCode.notAllowed])
    expect(watching).toEqual([])
    await takeBack(id)
    await expect.poll(() => watching).toEqual([terminalCloseCode.sessionMissing])
    expect(others).toEqual([])
  })

  it('end when one opens while it is taken back, and a while after a user was disabled elsewhere', async () => {
    const lost = (await openViewers(600_000))(guest, 'view')
    await expect.poll(() => lost).toEqual([terminalCloseCode.sessionMissing])

    const other = await createUser(server())
    await give({ email: other.email, mode: 'edit' })
    const ended = (await openViewers(100))(other, 'edit')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(ended).toEqual([])
    await disable(other, true)
    await expect.poll(() => ended).toEqual([terminalCloseCode.sessionMissing])
  })
})
