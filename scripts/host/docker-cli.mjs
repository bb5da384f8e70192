// The docker command line, used for what it does better than the API: building, pulling and importing images with progress.
import { describeHost, ensureDebianPackages } from './debian-packages.mjs'
import { capture, findProgram } from './run.mjs'
import { SetupError } from './ui.mjs'

/**
 * Makes sure there is a docker CLI and binds it to one engine.
 * @param {string} dockerHost as DOCKER_HOST takes it
 */
export async function openDocker(dockerHost) {
  const program = findProgram('docker') ?? (await installCli())
  const env = { ...process.env, DOCKER_HOST: dockerHost }
  return {
    program,
    env,
    /** Runs `docker …` quietly. */
    capture: (args, options = {}) => capture(program, args, { env, ...options }),
    hasImage: async (name) => (await capture(program, ['image', 'inspect', name], { env })).code === 0,
  }
}

/** Debian 12 has the CLI inside docker.io, later releases in a package of its own. */
async function installCli() {
  const host = describeHost()
  const hasOwnPackage = host.hasApt && (await capture('apt-cache', ['show', 'docker-cli'])).code === 0
  await ensureDebianPackages([hasOwnPackage ? 'docker-cli' : 'docker.io'], { why: 'Building the sandbox image', host })
  const program = findProgram('docker')
  if (program === null)
    throw new SetupError('There is no `docker` command on the PATH. Install the Docker CLI and start again.')
  return program
}
