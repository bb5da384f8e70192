import { GitLog } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('whose commits are made', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  let me: { name: string; email: string }
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'git' })).id
    const { database } = server()
    const rows = database.db.selectFrom('environments').innerJoin('users', 'users.id', 'environments.user_id')
    const mine = rows.where('environments.id', '=', environmentId)
    me = await mine.select(['users.name', 'users.email']).executeTakeFirstOrThrow()
  })
  afterAll(() => api.removeEnvironment(environmentId))

  const authors = async () => {
    const { commits } = await api.expect(200, GitLog, 'GET', `/api/git/log/${environmentId}`)
    return commits.map(({ author }) => author)
  }

  it('is the account in terminals and from the server, unless its user tells git otherwise', async () => {
    const session = await api.createSession({ environmentId })
    const terminal = await openTerminal({
      baseUrl: api.baseUrl,
      accessToken: api.accessToken ?? '',
      sessionId: session.id,
    })
    await terminal.waitFor(/\$ /)
    terminal.type('cd /workspace && git init -q && git commit -q --allow-empty -m typed && echo made-$((40 + 2))\r')
    await terminal.waitFor(/made-42/)
    await inContainer(environmentId, 'touch', '/workspace/file')
    const commit = (message: string) =>
      api.request('POST', '/api/git/commit', { body: { environmentId, message, amend: false } })
    expect((await commit('from the server')).status).toBe(200)
    expect(await authors()).toEqual([me, me])

    const own = { name: 'Somebody Else', email: 'own@example.org' }
    terminal.type(`git config --global user.name '${own.name}'; git config --global user.email ${own.email}; clear\r`)
    terminal.type('touch more; echo told-$((40 + 2))\r')
    await terminal.waitFor(/told-42/)
    expect((await commit('as told')).status).toBe(200)
    expect(await authors()).toEqual([own, me, me])
    await terminal.close()
  })

  it('keeps the settings of the image in force', async () => {
    const settings = 'GIT_CONFIG_SYSTEM=/run/craftastic/gitconfig git config --system --includes --list'
    expect(await inContainer(environmentId, 'sh', '-c', settings)).toContain('init.defaultbranch=main')
  })
})
