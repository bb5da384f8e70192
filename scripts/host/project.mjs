// Where things are in this checkout, and the settings that the set-up shares with the server.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { SANDBOX_IMAGE } from './sandbox-image.mjs'

export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const serverDirectory = join(projectRoot, 'services/orchestrator')
export const dockerDirectory = join(serverDirectory, 'docker')

/**
 * What the set-up needs to know of the configuration. The server reads and checks all of it; here, as there, the environment
 * wins over `.env` and an empty value counts as unset.
 */
export function readSettings({ root = projectRoot, env = process.env } = {}) {
  const file = join(root, '.env')
  const given = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}) }
  for (const [name, value] of Object.entries(env)) if (value !== '') given[name] = value
  const value = (name) => (given[name] === '' ? undefined : given[name])
  return {
    dataDir: resolve(root, value('DATA_DIR') ?? 'data'),
    dockerHost: value('DOCKER_HOST'),
    sandboxImage: value('SANDBOX_IMAGE') ?? SANDBOX_IMAGE,
  }
}
