// The Debian that the sandbox image is built on: from an image registry where one is reachable, else made from Debian packages.
import { ensureDebianPackages } from './debian-packages.mjs'
import { eachLine, findProgram, killGroup, start } from './run.mjs'
import { say, SetupError, step } from './ui.mjs'

const REGISTRY_IMAGE = 'debian:trixie-slim'
const LOCAL_IMAGE = 'craftastic/base:trixie'
/** A registry that answers says so within a second or two; a download in progress may take as long as it needs. */
const REGISTRY_TIMEOUT_MS = 12_000

/** @returns {Promise<string>} the name of an image that is on the engine. */
export async function ensureBaseImage(docker) {
  if (await docker.hasImage(REGISTRY_IMAGE)) return REGISTRY_IMAGE
  if (await docker.hasImage(LOCAL_IMAGE)) return LOCAL_IMAGE
  if (await pullImage(docker)) return REGISTRY_IMAGE
  say(`  No image registry is reachable: the base image is made from Debian packages instead.`)
  await ensureDebianPackages(['mmdebstrap', 'debian-archive-keyring'], {
    why: 'Making a base image without an image registry',
  })
  await step('Making the Debian base image', () => makeImage(docker))
  return LOCAL_IMAGE
}

function pullImage(docker) {
  return new Promise((resolve) => {
    const child = start(docker.program, ['pull', REGISTRY_IMAGE], {
      env: docker.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const timer = setTimeout(() => killGroup(child, 'SIGKILL'), REGISTRY_TIMEOUT_MS)
    eachLine(child.stdout, (line) => {
      if (!/Pulling from|Pull complete|Already exists|Status:/.test(line)) return
      clearTimeout(timer)
      say(`  ${line}`)
    })
    child.stderr.resume()
    child.on('error', () => resolve(false))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
  })
}

/** Without documentation and translations, as Debian's own slim images are; the rule stays in force for what is installed later. */
const DPKG_OPTIONS = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
]

async function makeImage(docker) {
  const program = findProgram('mmdebstrap')
  if (program === null) throw new SetupError('mmdebstrap was installed, but it is not on the PATH.')
  const dpkgOptions = DPKG_OPTIONS.map((option) => `--dpkgopt=${option}`)
  const make = [program, '--quiet', '--variant=minbase', '--include=ca-certificates', ...dpkgOptions, 'trixie', '-']
  // As root it mounts /proc and /sys into the directory in which it works. In a mount namespace of its own these mounts end
  // with it, even when it is killed; left over, they would turn a later `rm -r` of that directory into an accident.
  const isolated = process.getuid() === 0 ? ['unshare', '--mount', ...make] : make
  const maker = start(isolated[0], isolated.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  const importer = start(docker.program, ['import', '--change', 'CMD ["bash"]', '-', LOCAL_IMAGE], {
    env: docker.env,
    stdio: [maker.stdout, 'ignore', 'pipe'],
  })
  // The importer has its own copy of the pipe's end; ours would keep the maker from noticing that the importer has left.
  maker.stdout.destroy()
  const [made, imported] = await Promise.all([finish(maker), finish(importer)])
  const failed = made.code === 0 ? imported : made
  if (made.code === 0 && imported.code === 0) return
  if (imported.code === 0) await docker.capture(['image', 'rm', LOCAL_IMAGE])
  throw new SetupError(
    `The base image could not be made from Debian packages (mmdebstrap | docker import):\n${failed.output}`,
  )
}

function finish(child) {
  const lines = []
  eachLine(child.stderr, (line) => lines.push(`    ${line}`))
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: `    ${error.message}` }))
    child.on('close', (code) => resolve({ code, output: lines.slice(-12).join('\n') }))
  })
}
