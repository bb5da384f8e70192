import { Problem, SessionHistory, type Session } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('the history of a session', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  let session: Session
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
    session = await api.createSession({ environmentId })
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const pathOf = (query = '') => `/api/sessions/${session.id}/history${query}`
  const read = (query?: string) => api.expect(200, SessionHistory, 'GET', pathOf(query))
  const run = (line: string) => askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, line, 'Enter')
  const readUntil = async (pattern: RegExp) => {
    await expect.poll(async () => (await read()).text, { timeout: 15_000 }).toMatch(pattern)
    return (await read()).text
  }

  it('holds every line of a flood once and in order, and the prompt after it', async () => {
    await run('seq 1 15000; echo flood-$((1 + 1))')
    const text = await readUntil(/^flood-2\n.*\$ $/m)
    const lines = text.split('\n')
    const first = lines.indexOf('1')
    expect(lines.slice(first, first + 15_000)).toEqual(Array.from({ length: 15_000 }, (_, index) => `${index + 1}`))
    expect(lines[first + 15_000]).toBe('flood-2')
    expect(lines[first + 15_001]).toMatch(/\$ $/)
    expect(await read()).toMatchObject({ alternateScreen: false, truncated: false, keptLines: 20_000, full: false })
  })

  it('keeps colours, wide characters and long lines', async () => {
    await run('printf "\\033[31mred\\033[0m 漢字 🙂\\n%0300d=end\\n%079d漢%070d=wide\\n" 0 0 0; echo look-$((1 + 1))')
    const text = await readUntil(/^look-2$/m)
    expect(text).toMatch(/\u001b\[31mred\u001b\[(39|0)?m 漢字 🙂\n/)
    expect(text).toMatch(/^0{300}=end$/m)
    expect(text).toMatch(/^0{79}漢0{70}=wide$/m)
  })

  it('is none while a full-screen program has the screen, and is there again after it', async () => {
    await run('LESS= less /etc/services')
    await expect.poll(async () => (await read('?text=false')).alternateScreen).toBe(true)
    expect(await read()).toMatchObject({ alternateScreen: true, text: '', truncated: false })
    await run('q')
    await expect.poll(async () => (await read('?text=false')).alternateScreen).toBe(false)
    expect((await read('?text=false')).text).toBe('')
    expect((await read()).text).toMatch(/^flood-2$/m)
  })

  it('leaves the pane out of copy mode', async () => {
    const target = `=${session.tmuxSessionName}:`
    expect(await askTmux(environmentId, 'display-message', '-p', '-t', target, '#{pane_in_mode}')).toBe('0')
  })

  it('is read once at a time by one person, who is told when that is asked too often', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.request('GET', pathOf())))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20 - refused.length)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.headers.get('retry-after')).toBe('2')
    expect(await read()).toMatchObject({ alternateScreen: false })
  })

  it('is bounded by weight, not only by lines, and begins with a whole line', async () => {
    const heavy =
      'for (i = 0; i < 19000; i++) { for (j = 0; j < 76; j++) printf "\\033[38;2;%d;%d;7mx", i % 250, j; print "" }'
    await run(`clear; awk 'BEGIN { ${heavy} }'; echo heavy-$((1 + 1))`)
    await expect
      .poll(() => askTmux(environmentId, 'capture-pane', '-p', '-t', `=${session.tmuxSessionName}:`), {
        timeout: 60_000,
      })
      .toMatch(/^heavy-2$/m)
    const { text, truncated } = await read()
    expect(truncated).toBe(true)
    expect(text.length).toBeGreaterThan(15 * 1024 * 1024)
    expect(text.length).toBeLessThan(16 * 1024 * 1024)
    expect(text).toMatch(/^\u001b\[38;2;\d+;0;7mx/)
    expect(text).toMatch(/^.*heavy-2$/m)
  }, 90_000)

  it('says that it is gone with its session, and that the environment does not run', async () => {
    await api.request('PATCH', `/api/sessions/${session.id}`, { body: { status: 'dead' } })
    for (const query of ['', '?text=false']) {
      const gone = await api.request('GET', pathOf(query))
      expect(Problem.parse(gone.body)).toMatchObject({
        code: 'not_found',
        detail: expect.stringContaining('has ended'),
      })
    }
    await api.request('POST', `/api/environments/${environmentId}/stop`, { headers: { prefer: 'wait=30' } })
    const stopped = await api.request('GET', pathOf())
    expect(Problem.parse(stopped.body)).toMatchObject({ code: 'environment_not_running', status: 409 })
  })
})
