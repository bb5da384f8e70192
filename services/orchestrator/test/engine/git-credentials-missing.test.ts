/** What a person is told when their git host wants to see a token, and that what they are told helps. */
import { Environment } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openShell } from '../harness/shell.ts'

describeOnEngine('a private repository', () => {
  const server = useEngineServer()
  let api: ApiClient
  let host: string
  beforeAll(async () => {
    api = await server().signInNew()
    host = new URL(server().git.origin).host
  })
  const save = (token: string) => api.request('PUT', `/api/git/credentials/${host}`, { body: { token } })
  const commit = 'git -c user.name=me -c user.email=me@example.org commit -q --allow-empty -m more'
  const push = `${commit}; git push origin HEAD:refs/heads/mine`

  it(
    'needs a token, says so, and is cloned once there is one; git says the same from then on',
    { timeout: 120_000 },
    async () => {
      const { git } = server()
      const refused = await api.createEnvironment({ name: 'private', repositoryUrl: git.privateUrl })
      expect(refused).toMatchObject({ status: 'error', operation: { error: { code: 'git_credentials_required' } } })
      expect(refused.statusReason).toContain(`Add a token for ${host} under Settings, then retry.`)

      await save('a-token-that-is-wrong')
      const path = `/api/environments/${refused.id}`
      const retry = () =>
        api.expect(200, Environment, 'POST', `${path}/retry`, { body: {}, headers: { prefer: 'wait=60' } })
      const again = await retry()
      expect(again).toMatchObject({ status: 'error', operation: { error: { code: 'git_credentials_required' } } })
      expect(again.statusReason).toContain(`${host} did not accept your token`)
      expect(again.operation?.error?.output).toContain('ends in rong')

      await save(git.token)
      expect(await retry()).toMatchObject({ status: 'running', statusReason: null })
      const shell = await openShell(api, refused.id)
      expect(await shell.type(push)).toMatchObject({ code: 0 })

      await api.request('DELETE', `/api/git/credentials/${host}`)
      const without = await shell.type(push)
      expect(without.code).not.toBe(0)
      expect(without.output).toContain(`remote: ${host} asks for a sign-in for this repository.`)
      expect(without.output).toContain(`remote: Add a token for ${host} under Settings in Craftastic, then try again.`)
      expect(without.output).not.toMatch(/Username|Password/)

      await save('a-token-that-is-wrong')
      const wrong = await shell.type(push)
      expect(wrong.code).not.toBe(0)
      expect(wrong.output).toContain(`remote: ${host} did not take your token that ends in rong.`)
      expect(wrong.output).not.toMatch(/Username|Password/)

      await save(git.token)
      expect(await shell.type(push)).toMatchObject({ code: 0 })
      await shell.close()
      await api.removeEnvironment(refused.id)
    },
  )

  it("is not opened by somebody else's token", async () => {
    await save(server().git.token)
    const other = await server().signInNew()
    const refused = await other.createEnvironment({ name: 'theirs', repositoryUrl: server().git.privateUrl })
    expect(refused).toMatchObject({ status: 'error', operation: { error: { code: 'git_credentials_required' } } })
    await other.removeEnvironment(refused.id)
  })

  it(
    'is not opened for an environment of another repository, whose own way out is left as it was',
    { timeout: 120_000 },
    async () => {
      const { git } = server()
      const environment = await api.createEnvironment({ name: 'public', repositoryUrl: git.projectUrl })
      expect(environment).toMatchObject({ status: 'running' })
      const shell = await openShell(api, environment.id)
      git.requests.splice(0)
      const clone = await shell.type(`GIT_TERMINAL_PROMPT=0 git clone ${git.privateUrl} /tmp/other`)
      expect(clone.code).not.toBe(0)
      expect(git.requests).not.toEqual([])
      expect(git.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
      // With a token of their own in the address, as ever; the server has no part in that.
      const own = git.privateUrl.replace('//', `//me:${git.token}@`)
      expect(await shell.type(`git clone ${own} /tmp/own`, 60_000)).toMatchObject({ code: 0 })
      await shell.close()
      await api.removeEnvironment(environment.id)
    },
  )
})
