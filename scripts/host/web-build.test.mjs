import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { hashSources, isBuildCurrent } from './web-build.mjs'

let root

const write = (path, content) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'craftastic-web-'))
  write('package-lock.json', '{}')
  write('packages/contract/src/index.ts', 'export const a = 1')
  write('services/orchestrator/frontend/src/main.tsx', 'main')
})

afterEach(() => rmSync(root, { recursive: true }))

test('every source of the web app counts, and nothing else', () => {
  const seen = new Set([hashSources(root)])
  const expectChange = (isExpected, path) => {
    const hash = hashSources(root)
    assert.equal(!seen.has(hash), isExpected, path)
    seen.add(hash)
  }
  for (const path of [
    'packages/contract/src/index.ts',
    'services/orchestrator/frontend/src/main.tsx',
    'services/orchestrator/frontend/index.html',
    'package-lock.json',
  ]) {
    write(path, `${path} changed`)
    expectChange(true, path)
  }
  for (const path of [
    'services/orchestrator/frontend/dist/index.html',
    'services/orchestrator/frontend/src/main.test.tsx',
    'services/orchestrator/src/index.ts',
    'services/orchestrator/frontend/node_modules/x/y.js',
  ]) {
    write(path, `${path} changed`)
    expectChange(false, path)
  }
  rmSync(join(root, 'services/orchestrator/frontend/index.html'))
  assert.equal(seen.has(hashSources(root)), false, 'a removed file')
})

test('a build without record or result is stale', () => {
  assert.equal(isBuildCurrent(root), false)
  write('node_modules/.cache/craftastic/web-build.json', JSON.stringify({ sources: hashSources(root), result: 'x' }))
  assert.equal(isBuildCurrent(root), false)
})
