/** Histories on little memory: the tmux server, in which every session lives, outlasts a flood in all of them. */
import { SessionHistory } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

const sessionCount = 24
/** At 80 columns 20,000 lines weigh 11 MB: of as many in each session tmux would be ended. */
const flood = 'yes "$(printf %079d 0)" | head -n 22000; echo over-$((1 + 1))'

describeOnEngine('an environment with little memory', () => {
  const server = useEngineServer({ env: { SANDBOX_MEMORY_LIMIT: '192m' } })
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'small' })).id
  })
  afterAll(() => api.removeEnvironment(environmentId))

  it('keeps fewer lines for each further session, and survives a flood in all', { timeout: 180_000 }, async () => {
    const sessions = []
    for (let made = 0; made < sessionCount; made++) sessions.push(await api.createSession({ environmentId }))
    const pid = await askTmux(environmentId, 'display-message', '-p', '#{pid}')
    const limits = await Promise.all(
      sessions.map(async ({ tmuxSessionName }) =>
        Number(await askTmux(environmentId, 'display-message', '-p', '-t', `=${tmuxSessionName}:`, '#{history_limit}')),
      ),
    )
    expect(limits.slice(0, 4)).toEqual([20_000, 10_313, 6_875, 5_156])
    expect(limits.slice(-3)).toEqual([1_000, 1_000, 1_000])

    for (const { tmuxSessionName } of sessions) {
      await askTmux(environmentId, 'send-keys', '-t', `=${tmuxSessionName}:`, flood, 'Enter')
    }
    for (const [index, { id }] of sessions.entries()) {
      const read = () => api.expect(200, SessionHistory, 'GET', `/api/sessions/${id}/history`)
      await expect.poll(async () => (await read()).text, { timeout: 120_000, interval: 500 }).toMatch(/^over-2$/m)
      expect(await read()).toMatchObject({ full: true, keptLines: limits[index] })
    }
    expect(await askTmux(environmentId, 'display-message', '-p', '#{pid}')).toBe(pid)
    expect((await askTmux(environmentId, 'list-sessions', '-F', 'x')).split('\n')).toHaveLength(sessionCount)
  })

  it('gives the next session more again once others are closed', { timeout: 60_000 }, async () => {
    const sessions = []
    for (let made = 0; made < 3; made++) sessions.push(await api.createSession({ environmentId }))
    const limit = async () => Number(await askTmux(environmentId, 'show-options', '-gv', 'history-limit'))
    expect(await limit()).toBeLessThan(10_313)
    await askTmux(environmentId, 'kill-session', '-a', '-t', `=${sessions[0]?.tmuxSessionName}`)
    await expect.poll(limit).toBe(10_313)
  })
})
