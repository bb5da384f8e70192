// `npm test`: brings what the tests need onto the machine, runs every suite (or those that are named) and sums up. The exit
// code is 0 only when every suite passed and nothing was left behind on the engine.
import './host/node-version.mjs'
import { parseArgs } from 'node:util'
import { ensureChromium } from './host/browser.mjs'
import { ensureDependencies, projectNode } from './host/dependencies.mjs'
import { endEngine, ensureEngine } from './host/engine.mjs'
import { ensureGitHttpBackend } from './host/git-http.mjs'
import { ensureDebianPostgres } from './host/postgresql.mjs'
import { dockerDirectory, projectRoot, readSettings } from './host/project.mjs'
import { endRunningChildren, findProgram } from './host/run.mjs'
import { ensureSandboxImage } from './host/sandbox-image.mjs'
import { bold, dim, exitWithError, formatDuration, say, SetupError } from './host/ui.mjs'
import { ensureWebBuild } from './host/web-build.mjs'
import { createRunPrefix, findLeftovers, listTestResources, removeLeftovers } from './test/leftovers.mjs'
import { reportRun } from './test/report.mjs'
import { endSuites, runSuite } from './test/run-suite.mjs'
import { listNeeds, selectRounds, SUITE_NAMES } from './test/suites.mjs'

const HELP = `Usage: npm test                     all suites
       npm test -- server web       the named ones: ${SUITE_NAMES.join(', ')}

SKIP_ENGINE=1 leaves out everything that needs a container engine.`

const GRACE_MS = 5000
const skipEngine = process.env.SKIP_ENGINE === '1'
let isSetUp = false
let isInterrupted = false

function parseCommandLine() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } },
    })
    const unknown = positionals.find((name) => !SUITE_NAMES.includes(name))
    if (unknown !== undefined) throw new Error(`There is no suite "${unknown}".`)
    return { help: values.help, names: positionals }
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${HELP}`)
  }
}

/** Brings what is needed and tells the suites where it is. */
async function setUp(needs) {
  const { dataDir, dockerHost: configured, sandboxImage } = readSettings()
  const env = { ...process.env }
  // Runners colour their output for CI systems even when it goes into a file.
  if (!process.stdout.isTTY && env.FORCE_COLOR === undefined) env.NO_COLOR = '1'
  await ensureDependencies()
  await projectNode()
  if (needs.has('git')) env.GIT_HTTP_BACKEND = await ensureGitHttpBackend()
  if (needs.has('postgresql')) env.DEBIAN_POSTGRES_BIN = await ensureDebianPostgres()
  if (needs.has('chromium')) env.CHROMIUM_PATH = await ensureChromium()
  if (needs.has('web')) await ensureWebBuild()
  if (!needs.has('engine')) return { env, dockerHost: null }
  const dockerHost = await ensureEngine({ dataDir, env: { ...process.env, DOCKER_HOST: configured } })
  env.SANDBOX_IMAGE = await ensureSandboxImage({ dockerHost, dockerDirectory, image: sandboxImage })
  env.DOCKER_HOST = dockerHost
  return { env, dockerHost }
}

async function runRounds(rounds, env, beforeSecondTry) {
  const npm = findProgram('npm')
  const results = []
  const runLane = async (lane) => {
    for (const suite of lane) {
      if (!isInterrupted) results.push(await runSuite({ suite, npm, cwd: projectRoot, env, beforeSecondTry }))
    }
  }
  for (const round of rounds) await Promise.all(round.map(runLane))
  return results
}

/** Suites get time to remove what they made; the next signal, or the end of that time, ends them without asking. */
function onSignal() {
  if (isInterrupted) return endSuites('SIGKILL')
  isInterrupted = true
  if (!isSetUp) endRunningChildren()
  endSuites('SIGTERM')
  setTimeout(() => endSuites('SIGKILL'), GRACE_MS).unref()
}

async function main() {
  const { help, names } = parseCommandLine()
  if (help) return say(HELP)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)
  const startedAt = performance.now()
  const rounds = selectRounds(names, { skipEngine })
  const notices = skipEngine ? ['SKIP_ENGINE=1: nothing that needs a container engine was tested.'] : []
  for (const notice of notices) say(bold(` ! ${notice}`))
  const { env, dockerHost } = await setUp(listNeeds(rounds, { skipEngine }))
  isSetUp = true
  const runPrefix = createRunPrefix()
  env.TEST_INSTANCE_PREFIX = runPrefix
  const before = dockerHost === null ? [] : await listTestResources(dockerHost)
  say(dim(`Set up in ${formatDuration(performance.now() - startedAt)}.`))
  const clear = async () => (dockerHost === null ? undefined : removeLeftovers(dockerHost, runPrefix))
  const results = await runRounds(rounds, env, clear)
  if (isInterrupted) {
    if (dockerHost !== null) await removeLeftovers(dockerHost, runPrefix)
    throw new SetupError('Interrupted.')
  }
  const after = dockerHost === null ? [] : await listTestResources(dockerHost)
  await endEngine()
  const leftovers = findLeftovers({ before, after, runPrefix })
  const { lines, isPassed } = reportRun({ results, leftovers, notices, durationMs: performance.now() - startedAt })
  for (const line of lines) say(line)
  process.exitCode = isPassed ? 0 : 1
}

main().catch(async (error) => {
  if (isInterrupted) await endRunningChildren()
  await endEngine().catch(() => {})
  exitWithError(error)
})
