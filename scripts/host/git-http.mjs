// `git http-backend`, which serves repositories over smart HTTP in the tests. It is part of git, but some systems split it off.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDebianPackages } from './debian-packages.mjs'
import { capture } from './run.mjs'
import { SetupError } from './ui.mjs'

async function findBackend() {
  const { code, stdout } = await capture('git', ['--exec-path'])
  const path = join(stdout.trim(), 'git-http-backend')
  return code === 0 && existsSync(path) ? path : null
}

/** @returns {Promise<string>} the path of git-http-backend. */
export async function ensureGitHttpBackend() {
  const found = await findBackend()
  if (found !== null) return found
  await ensureDebianPackages(['git'], { why: 'The git test server' })
  const installed = await findBackend()
  if (installed === null)
    throw new SetupError(
      'git is installed, but without `git http-backend`, which the tests need. Install the package that brings it.',
    )
  return installed
}
