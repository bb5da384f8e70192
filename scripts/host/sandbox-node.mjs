// Node for the sandbox image, fetched by the host's npm: a build container often reaches less than its host does (a proxy, a
// private registry, a certificate authority of the house), and npm checks what it downloads against the registry's digests.
import { findProgram, capture } from './run.mjs'
import { dim, say } from './ui.mjs'

/** The versions that the Dockerfile names: the one place where they are written. */
export function readPinnedVersions(dockerfile) {
  const read = (name) => new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile)?.[1] ?? null
  return { node: read('NODE_VERSION'), npm: read('NPM_VERSION') }
}

const NPM_ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' }

/**
 * Puts Node and npm, as npm packages, into a directory. When that fails the image gets Debian's own Node, and the reader is told.
 * @param {{ versions: { node: string, npm: string }, architecture: string, directory: string }} options `architecture` as the engine says it.
 */
export async function fetchNodePackages({ versions, architecture, directory }) {
  const npm = findProgram('npm')
  const arch = NPM_ARCHITECTURES[architecture]
  if (npm === null || arch === undefined)
    return say(`  No Node ${versions.node} for ${architecture}: the image gets Debian's own Node.`)
  const specs = [`node-linux-${arch}@${versions.node}`, `npm@${versions.npm}`]
  const { code, stderr } = await capture(npm, ['pack', '--silent', '--pack-destination', directory, ...specs], {
    cwd: directory,
    timeoutMs: 300_000,
  })
  if (code === 0) return
  say(`  Node ${versions.node} could not be fetched from the npm registry: the image gets Debian's own Node.`)
  const reason = stderr.split('\n').find((line) => line.trim() !== '')
  if (reason !== undefined) say(dim(`  (${reason.trim()})`))
}
