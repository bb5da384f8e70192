/** What is open on one server while another one ends the sign-in that opened it. */
import { sql } from 'kysely'
import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { watchSignIns } from '../src/lib/sign-in-watch.ts'
import { signIn, type SignedInUser } from './harness/builders.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()

async function readSessionId(user: SignedInUser): Promise<string> {
  const query = server().database.db.selectFrom('auth_sessions').select('id').where('user_id', '=', user.id)
  return (await query.executeTakeFirstOrThrow()).id
}

/** Written as another server does: this one hears nothing of it. */
const elsewhere = {
  revoke: (id: string) =>
    server()
      .database.db.updateTable('auth_sessions')
      .set({ revoked_at: sql<Date>`now()` })
      .where('id', '=', id)
      .execute(),
  expire: (id: string) =>
    server()
      .database.db.updateTable('auth_sessions')
      .set({ expires_at: sql<Date>`now() - interval '1 second'` })
      .where('id', '=', id)
      .execute(),
  disable: (user: SignedInUser) =>
    server()
      .database.db.updateTable('users')
      .set({ disabled_at: sql<Date>`now()` })
      .where('id', '=', user.id)
      .execute(),
}

it('ends for who was signed out, has been away too long or was disabled, and for nobody else', async () => {
  const users = await Promise.all(Array.from({ length: 4 }, () => signIn(server())))
  const ids = await Promise.all(users.map(readSessionId))
  const [revoked = '', expired = '', disabled = '', standing = ''] = ids
  const open = new Set(ids)
  const ended: [string, string][] = []
  const stopListening = server().authSessions.onRevoked((id, reason) => {
    ended.push([id, reason])
    open.delete(id)
  })
  const stop = watchSignIns({
    authSessions: server().authSessions,
    listOpen: () => open,
    log: pino({ level: 'silent' }),
    lookIntervalMs: 50,
  })
  onTestFinished(() => {
    stop()
    stopListening()
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(ended).toEqual([])
  await elsewhere.revoke(revoked)
  await expect.poll(() => ended).toEqual([[revoked, 'elsewhere']])
  await elsewhere.expire(expired)
  await expect.poll(() => ended.slice(1)).toEqual([[expired, 'elsewhere']])
  const user = users[2]
  if (user !== undefined) await elsewhere.disable(user)
  await expect.poll(() => ended.slice(2)).toEqual([[disabled, 'elsewhere']])
  expect([...open]).toEqual([standing])
})
