// Makes sure that a container engine answers: one that is there is used, one that is installed is started, and on Debian or
// Ubuntu as root one is installed. Nothing that somebody else started is ever ended here.
import { readFileSync } from 'node:fs'
import { describeHost, ensureDebianPackages, explainMissing } from './debian-packages.mjs'
import { startDaemon, stopDaemon } from './engine-daemon.mjs'
import { parseDockerHost, pingEngine, SYSTEM_SOCKET, toDockerHost } from './engine-endpoint.mjs'
import { findStartedDaemon, giveLeaseBack, recordStartedDaemon, takeLease } from './engine-leases.mjs'
import { withLock } from './lock.mjs'
import { capture, findProgram } from './run.mjs'
import { SetupError, step } from './ui.mjs'

/** Longer than the deadlines inside, so that whoever waits sees their outcome; installing the engine takes a minute or two. */
const ENGINE_LOCK = { name: 'the container engine', timeoutMs: 10 * 60_000 }

/**
 * @param {{ dataDir: string, env?: NodeJS.ProcessEnv, host?: object }} options `dataDir` holds configuration and log of an engine that is started here.
 * @returns {Promise<string>} where it answers, as the docker CLI's DOCKER_HOST. Whoever calls this calls `endEngine` when done.
 * @throws {SetupError} saying in one paragraph what to do.
 */
export async function ensureEngine({ dataDir, env = process.env, host = describeEngineHost() }) {
  const endpoint = parseDockerHost(env.DOCKER_HOST)
  const dockerHost = toDockerHost(endpoint)
  const isSystemSocket = endpoint.kind === 'socket' && endpoint.socketPath === SYSTEM_SOCKET
  if (!isSystemSocket) {
    const answer = await pingEngine(endpoint, { env })
    if (answer === 'ok') return dockerHost
    throw new SetupError(
      `No container engine answers at DOCKER_HOST=${env.DOCKER_HOST} (${answer}). Start it, or correct DOCKER_HOST; without DOCKER_HOST the local engine is used, and started when need be.`,
    )
  }
  // Only root can have started an engine from here; for anybody else there are no leases to keep.
  if (!host.isRoot) {
    await reachAsUser(endpoint, host)
    return dockerHost
  }
  await withLock(ENGINE_LOCK, async () => {
    if ((await pingEngine(endpoint)) !== 'ok') await startEngine({ dataDir, endpoint, host })
    if (findStartedDaemon() !== null) takeLease()
  })
  return dockerHost
}

/** Ends the engine, if it is ours and this process was the last to use it. */
export async function endEngine() {
  if (findStartedDaemon() === null) return
  await withLock(ENGINE_LOCK, async () => {
    const daemon = findStartedDaemon()
    if (daemon === null || !giveLeaseBack()) return
    await stopDaemon(daemon)
  })
}

function describeEngineHost() {
  const readName = () => {
    try {
      return readFileSync('/proc/1/comm', 'utf8').trim()
    } catch {
      return null
    }
  }
  return { ...describeHost(), hasSystemd: readName() === 'systemd', dockerd: findProgram('dockerd') }
}

/** What a person does about a missing engine where we cannot. */
export function explainEngine(answer, host) {
  if (host.platform !== 'linux') {
    return 'No container engine answers. Install and start Docker Desktop (or another Docker-compatible engine such as OrbStack or Colima) and start again; if it listens elsewhere than the usual socket, set DOCKER_HOST.'
  }
  if (answer === 'EACCES') {
    return `There is a socket of a container engine (${SYSTEM_SOCKET}), but this user may not use it. Run \`sudo usermod -aG docker $USER\`, log in again and start again.`
  }
  if (host.dockerd !== null) {
    const command = host.hasSystemd ? 'sudo systemctl start docker' : 'sudo dockerd'
    return `The container engine is installed but does not answer, and starting it takes root. Run \`${command}\`, or start this as root.`
  }
  return explainMissing(['docker.io', 'iptables'], 'The container engine', host)
}

async function reachAsUser(endpoint, host) {
  const answer = await pingEngine(endpoint)
  if (answer !== 'ok') throw new SetupError(explainEngine(answer, host))
}

async function startEngine({ dataDir, endpoint, host }) {
  if (host.platform !== 'linux') throw new SetupError(explainEngine('ENOENT', host))
  if (host.dockerd === null)
    await ensureDebianPackages(['docker.io', 'iptables'], { why: 'The container engine', host })
  // Installing the package may have started it already.
  if ((await pingEngine(endpoint)) === 'ok') return
  if (host.hasSystemd) return startService(endpoint)
  if (findProgram('iptables') === null) await ensureDebianPackages(['iptables'], { why: 'The container engine', host })
  const program = findProgram('dockerd')
  if (program === null)
    throw new SetupError('The container engine was installed, but there is no `dockerd` on the PATH.')
  await step('Starting the container engine', () =>
    startDaemon({ program, dataDir, endpoint, onSpawn: recordStartedDaemon }),
  )
}

async function startService(endpoint) {
  await step('Starting the container engine (systemctl start docker)', async () => {
    const { code, stderr } = await capture('systemctl', ['start', 'docker'])
    if (code !== 0 || (await pingEngine(endpoint, { timeoutMs: 10_000 })) !== 'ok') {
      throw new SetupError(
        `\`systemctl start docker\` did not bring the container engine up. ${stderr.trim()}\nSee \`journalctl -u docker\`.`,
      )
    }
  })
}
