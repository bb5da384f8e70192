/**
 * `npm run bench`: how long an environment takes to be made, on a real server, engine and database of their own.
 * `npm run bench -- --write` keeps the table in RESULTS.md.
 */
import { ApiClient } from '@craftastic/testing/api-client'
import { startGitServer } from '@craftastic/testing/git-server'
import { admin, startServer } from '@craftastic/testing/server-process'
import { measureCreation } from './creation.ts'
import { publish, say } from './publish.ts'
import { describeCreation } from './report.ts'

const git = await startGitServer()
// The product's default of half a core would measure the limit, not the server.
const server = await startServer({ GIT_ALLOWED_HOSTS: git.origin, SANDBOX_CPU_LIMIT: '2', LOG_LEVEL: 'warn' })
try {
  const api = await ApiClient.signIn(server.baseUrl, admin)
  say('creation …')
  const creation = await measureCreation(api, git)
  await publish('core', { creation }, describeCreation(creation))
} finally {
  await server.remove()
  await git.close()
}
