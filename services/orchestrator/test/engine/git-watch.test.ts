import { Environment } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIdleWatch } from '../../src/lib/idle-watch.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { followEvents } from '../harness/follow-events.ts'
import { openGitRepository, type GitRepository } from '../harness/git-repository.ts'
import { openOwnReach } from '../harness/own-reach.ts'

describeOnEngine('watching a working tree', () => {
  const server = useEngineServer({ gitWatchMs: 12_000 })
  let api: ApiClient
  let environmentId: string
  let git: GitRepository
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'git' })).id
    git = openGitRepository(api, environmentId)
    await git.reset()
  })
  afterAll(() => api.removeEnvironment(environmentId))

  /** What would keep the environment from being stopped for being idle. */
  const findAwakeReason = async () => {
    const { db } = server().database
    await db.updateTable('environments').set({ idle_stop_minutes: 30 }).where('id', '=', environmentId).execute()
    const reach = openOwnReach(server())
    await createIdleWatch({ db, reach, stop: async () => {}, log: pino({ level: 'silent' }) }).lookAtAll()
    reach.close()
    return (await api.expect(200, Environment, 'GET', `/api/environments/${environmentId}`)).awakeReason
  }
  const loops = async () => Number(await git.sh('pgrep -fc \'^sh -c cd "\\$1" \\|\\| exit 1\' || true'))
  const openWatches = async () => {
    const { body } = await server().app.inject({ url: '/metrics' })
    return Number(/^craftastic_git_watches_open (\d+)$/m.exec(body)?.[1])
  }
  const watch = () => api.request('POST', '/api/git/watch', { body: { environmentId } })

  it('tells of each change, once for all who look, to its owner only, and ends when nobody asks any more', async () => {
    const stream = await followEvents(api, '/api/events')
    const other = await followEvents(await server().signInNew(), '/api/events')
    expect(await loops()).toBe(0)
    for (let tab = 0; tab < 3; tab++) expect((await watch()).status).toBe(204)
    await expect.poll(() => stream.git.length).toBe(1)
    expect(stream.git[0]).toEqual({ type: 'git', environmentId })
    expect(await loops()).toBe(1)
    expect(await openWatches()).toBe(1)
    expect(await findAwakeReason()).toBeNull()

    const changes = [
      'echo x >new',
      'echo y >new',
      'git add new',
      'git commit -qm new',
      'git branch b',
      'touch "$(printf "a\\nb")"',
    ]
    for (const change of changes) {
      const told = stream.git.length
      await git.sh(change)
      const askAgain = async () => {
        await watch()
        return stream.git.length
      }
      await expect.poll(askAgain, { message: change, timeout: 20_000, interval: 500 }).toBeGreaterThan(told)
    }
    const told = stream.git.length
    await git.done('stage')
    // At once, by the verb itself.
    await expect.poll(() => stream.git.length, { timeout: 1_000, interval: 20 }).toBeGreaterThan(told)
    await expect.poll(loops, { timeout: 30_000 }).toBe(0)
    expect(other.git).toEqual([])
    for (const open of [stream, other]) open.close()
  }, 120_000)

  it('ends with the environment, and does not keep it from stopping', async () => {
    const stream = await followEvents(api, '/api/events')
    await watch()
    await expect.poll(() => stream.git.length, { timeout: 20_000 }).toBeGreaterThan(0)
    const stopped = await api.request('POST', `/api/environments/${environmentId}/stop`, {
      headers: { prefer: 'wait=60' },
    })
    expect(stopped.body).toMatchObject({ status: 'stopped' })
    await expect.poll(openWatches).toBe(0)
    stream.close()
  })
})
