/**
 * `npm run bench`: the first figures of the product, on a real server, engine and database of their own. Everything that
 * is compared is measured in one run, taking turns. `npm run bench -- --write` keeps the table in RESULTS.md.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { ApiClient } from '@craftastic/testing/api-client'
import { startGitServer } from '@craftastic/testing/git-server'
import { admin, startServer } from '@craftastic/testing/server-process'
import { measureConnection } from './connection.ts'
import { measureCreation } from './creation.ts'
import { measureEcho } from './echo.ts'
import { describeMachine, describeResults, type Results } from './report.ts'

const resultsDirectory = new URL('../results/', import.meta.url)
const resultsPage = new URL('../RESULTS.md', import.meta.url)

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
  await publish({ creation, connection, echo })
} finally {
  await server.remove()
  await git.close()
}

async function publish(results: Results): Promise<void> {
  const table = describeResults(results)
  say(`\n${describeMachine()}\n\n${table}`)
  await mkdir(resultsDirectory, { recursive: true })
  const machine = describeMachine()
  await writeFile(new URL('core.json', resultsDirectory), JSON.stringify({ machine, ...results }, null, 2))
  if (!process.argv.includes('--write')) return
  const page = await readFile(resultsPage, 'utf8')
  const section = `<!-- core -->\n${new Date().toISOString().slice(0, 10)}, ${machine}\n\n${table}<!-- /core -->`
  await writeFile(
    resultsPage,
    page.replace(/<!-- core -->[\s\S]*<!-- \/core -->/, () => section),
  )
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
