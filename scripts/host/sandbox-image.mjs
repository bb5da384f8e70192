// Makes sure that the image of the sandbox is on the engine, built from this checkout's Dockerfile. The image carries the hash
// of what it was built from, so that an unchanged checkout costs one question to the engine, and a changed one is rebuilt.
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureBaseImage } from './base-image.mjs'
import { openDocker } from './docker-cli.mjs'
import { withLock } from './lock.mjs'
import { run } from './run.mjs'
import { fetchNodePackages, readPinnedVersions } from './sandbox-node.mjs'
import { step } from './ui.mjs'

export const SANDBOX_IMAGE = 'craftastic/sandbox:latest'
const CONTENT_LABEL = 'craftastic.content'
const DOCKERFILE = 'sandbox.Dockerfile'
const CONTEXT_DIRECTORY = 'sandbox'
const BUILD_TIMEOUT_MS = 30 * 60_000

/**
 * @param {{ dockerHost: string, dockerDirectory: string, image?: string }} options `dockerDirectory` holds the Dockerfile and
 *   what it copies; `image` is the value of SANDBOX_IMAGE: another image than ours is its owner's business and left alone.
 * @returns {Promise<string>} the image that environments will use.
 */
export async function ensureSandboxImage({ dockerHost, dockerDirectory, image = SANDBOX_IMAGE }) {
  if (image !== SANDBOX_IMAGE) return image
  const docker = await openDocker(dockerHost)
  const contentHash = hashContent(dockerDirectory)
  if ((await readContentLabel(docker)) === contentHash) return image
  await withLock({ name: 'the sandbox image', timeoutMs: BUILD_TIMEOUT_MS }, async () => {
    if ((await readContentLabel(docker)) === contentHash) return
    await step('Building the sandbox image (once, a few minutes)', () =>
      build({ docker, dockerDirectory, contentHash }),
    )
  })
  return image
}

/** Hash of the names and bytes of the Dockerfile and of everything it copies. */
export function hashContent(dockerDirectory) {
  const hash = createHash('sha256')
  for (const path of [join(dockerDirectory, DOCKERFILE), ...listFiles(join(dockerDirectory, CONTEXT_DIRECTORY))]) {
    const bytes = readFileSync(path)
    hash.update(`${relative(dockerDirectory, path)}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

function listFiles(directory) {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

async function readContentLabel(docker) {
  const { stdout } = await docker.capture([
    'image',
    'inspect',
    '--format',
    `{{index .Config.Labels "${CONTENT_LABEL}"}}`,
    SANDBOX_IMAGE,
  ])
  return stdout.trim()
}

async function build({ docker, dockerDirectory, contentHash }) {
  const context = mkdtempSync(join(tmpdir(), 'craftastic-sandbox-'))
  try {
    cpSync(join(dockerDirectory, DOCKERFILE), join(context, DOCKERFILE))
    cpSync(join(dockerDirectory, CONTEXT_DIRECTORY), join(context, CONTEXT_DIRECTORY), { recursive: true })
    const architecture = (await docker.capture(['version', '--format', '{{.Server.Arch}}'])).stdout.trim()
    const versions = readPinnedVersions(readFileSync(join(dockerDirectory, DOCKERFILE), 'utf8'))
    await fetchNodePackages({ versions, architecture, directory: join(context, CONTEXT_DIRECTORY) })
    const base = await ensureBaseImage(docker)
    await runBuild({ docker, context, base, contentHash })
    // The image that was replaced and the first stage: without a name, and big.
    await docker.capture(['image', 'prune', '--force', '--filter', `label=${CONTENT_LABEL}`])
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

async function runBuild({ docker, context, base, contentHash }) {
  const hasBuildx = (await docker.capture(['buildx', 'version'])).code === 0
  const args = ['build', '--file', join(context, DOCKERFILE), '--tag', SANDBOX_IMAGE]
  args.push('--build-arg', `BASE_IMAGE=${base}`, '--build-arg', `CONTENT_HASH=${contentHash}`)
  if (hasBuildx) args.push('--progress', 'plain', '--load')
  // The default builder sees the engine's own images; one that runs in a container would look for the base image in a registry.
  const env = { ...docker.env, DOCKER_BUILDKIT: hasBuildx ? '1' : '0', BUILDX_BUILDER: 'default' }
  await run(docker.program, [...args, context], { env, show: createProgressFilter() })
}

const LONGEST_SILENCE_MS = 5000
const SHOWN_CHARACTERS = 100

/**
 * Of the hundreds of lines of a build: each step's first line, and a sign of life every few seconds in between.
 * Both builders' words: `Step 3/17 : RUN …` and `#7 [stage-1 3/8] RUN …`.
 */
export function createProgressFilter(now = () => Date.now()) {
  let shownAt = now()
  return (line) => {
    const isStep = /^Step \d+\/\d+ : (FROM|COPY|RUN)|^#\d+ \[[^\]]*\d+\/\d+\]/.test(line)
    if (!isStep && (now() - shownAt < LONGEST_SILENCE_MS || line.trim() === '')) return null
    shownAt = now()
    const text = isStep ? line : `  ${line.trim()}`
    return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
  }
}
