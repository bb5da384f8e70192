/** A real server and a real Git server for each worker; both leave nothing behind. */
import { test as base } from '@playwright/test'
import { ApiClient } from '@craftastic/testing/api-client'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { admin, startServer, type ServerProcess } from '@craftastic/testing/server-process'

type WorkerFixtures = { git: GitServer; server: ServerProcess }
type TestFixtures = { api: ApiClient }

export const test = base.extend<TestFixtures, WorkerFixtures>({
  git: [
    // eslint-disable-next-line no-empty-pattern -- the framework reads the fixtures from this pattern
    async ({}, use) => {
      const git = await startGitServer()
      await use(git)
      await git.close()
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ git }, use) => {
      const server = await startServer({ GIT_ALLOWED_HOSTS: git.origin })
      await use(server)
      const leftovers = await server.remove()
      if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(', ')}`)
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  api: async ({ server }, use) => use(await ApiClient.signIn(server.baseUrl, admin)),
})

export { expect } from '@playwright/test'
