// Installing what a fresh Debian or Ubuntu machine lacks. Elsewhere, or without root, nothing is touched:
// the reader gets one paragraph that says what to install.
import { capture, findProgram, run } from './run.mjs'
import { confirm, SetupError, step } from './ui.mjs'

/** What this machine can do about a missing package. A parameter everywhere, so that every answer can be tested on any machine. */
export function describeHost() {
  return { platform: process.platform, hasApt: findProgram('apt-get') !== null, isRoot: process.getuid?.() === 0 }
}

/** The paragraph for a machine on which we cannot install anything ourselves. */
export function explainMissing(names, why, host) {
  const list = names.join(', ')
  if (host.platform === 'linux' && host.hasApt) {
    return `${why} needs the Debian package${names.length > 1 ? 's' : ''} ${list}, and installing takes root. Run \`sudo apt-get install ${names.join(' ')}\` and start again.`
  }
  return `${why} needs ${list} (Debian package names), which cannot be installed on this system automatically. Install the equivalent with your package manager and start again.`
}

/**
 * Makes sure that Debian packages are installed. Asks first on a terminal; without one it goes ahead.
 * @param {string[]} names
 * @param {{ why: string, host?: ReturnType<typeof describeHost> }} options `why` is the subject of a sentence: "The container engine".
 * @throws {SetupError} saying what to install, when that cannot or may not be done here.
 */
export async function ensureDebianPackages(names, { why, host = describeHost() }) {
  if (host.platform !== 'linux' || !host.hasApt) throw new SetupError(explainMissing(names, why, host))
  const missing = await findMissing(names)
  if (missing.length === 0) return
  if (!host.isRoot) throw new SetupError(explainMissing(missing, why, host))
  const list = missing.join(', ')
  if (!(await confirm(`${why} needs what is not installed: ${list}. Install now?`))) {
    throw new SetupError(`${why} needs ${list}. Run \`apt-get install ${missing.join(' ')}\` and start again.`)
  }
  await step(`Installing ${list}`, () => install(missing))
}

async function findMissing(names) {
  const { stdout } = await capture('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names])
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return names.filter((name) => !installed.has(name))
}

async function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300']
  // One unreachable third-party source makes the update fail although Debian's own lists are there: the install decides.
  await capture('apt-get', [...options, 'update'], { env })
  await run('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...names], { env, show: () => null })
}
