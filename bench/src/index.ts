/**
 * `npm run bench`: the first figures of the product, on a real server, engine and database of their own. Everything that
 * is compared is measured in one run, taking turns. `npm run bench -- --write` keeps the table in RESULTS.md.
 */
import { ApiClient } from '@craftastic/testing/api-client'
import { startGitServer } from '@craftastic/testing/git-server'
import { admin, startServer } from '@craftastic/testing/server-process'
import { measureConnection } from './connection.ts'
import { measureCreation } from './creation.ts'
import { measureEcho } from './echo.ts'
import { publish, say } from './publish.ts'
import { describeResults } from './report.ts'

const git = await startGitServer()
// The product's default of half a core would measure the limit, not the server.
const server = await startServer({ GIT_ALLOWED_HOSTS: git.origin, SANDBOX_CPU_LIMIT: '2', LOG_LEVEL: 'warn' })
try {
  const api = await ApiClient.signIn(server.baseUrl, admin)
  const environment = await api.createEnvironment({ name: 'bench', repositoryUrl: git.projectUrl })
  say('connections …')
  const connection = await measureConnection(api, environment.id)
  say('echo …')
  const echo = await measureEcho(api, environment.id)
  await api.deleteEnvironment(environment.id)
  say('creation …')
  const creation = await measureCreation(api, git)
  const results = { creation, connection, echo }
  await publish('core', results, describeResults(results))
} finally {
  await server.remove()
  await git.close()
}
