// The web app is built when its sources differ from those of the last build. The record names both the sources and the result,
// so that a result from elsewhere is not mistaken for the current one.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathOfHost } from './dependencies.mjs'
import { projectRoot } from './project.mjs'
import { findProgram, run } from './run.mjs'
import { step } from './ui.mjs'

const SOURCES = ['package-lock.json', 'tsconfig.base.json', 'packages/contract', 'services/orchestrator/frontend']
const RESULT = 'services/orchestrator/frontend/dist/index.html'
const RECORD = 'node_modules/.cache/craftastic/web-build.json'
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'test', 'test-results'])

export async function ensureWebBuild({ root = projectRoot } = {}) {
  const sources = hashSources(root)
  if (isBuildCurrent(root, sources)) return
  await step('Building the web app', () =>
    run(findProgram('npm', pathOfHost()) ?? 'npm', ['run', '--silent', 'build'], { cwd: root, show: () => null }),
  )
  const record = join(root, RECORD)
  mkdirSync(dirname(record), { recursive: true })
  writeFileSync(record, JSON.stringify({ sources, result: hashFile(join(root, RESULT)) }))
}

export function isBuildCurrent(root, sources = hashSources(root)) {
  try {
    const record = JSON.parse(readFileSync(join(root, RECORD), 'utf8'))
    return record.sources === sources && record.result === hashFile(join(root, RESULT))
  } catch {
    return false
  }
}

export function hashSources(root) {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    for (const path of listFiles(join(root, source))) {
      if (/\.test\.[cm]?[jt]sx?$/.test(path)) continue
      const bytes = readFileSync(path)
      hash.update(`${relative(root, path)}\0${bytes.length}\0`).update(bytes)
    }
  }
  return hash.digest('hex')
}

function hashFile(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** The files at or below a path, sorted; none when it is absent. */
function listFiles(path) {
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch (error) {
    return error.code === 'ENOTDIR' ? [path] : []
  }
  const visible = entries
    .filter((entry) => !SKIPPED.has(entry.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  return visible.flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(path, entry.name)) : [join(path, entry.name)],
  )
}
