import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { isInstallCurrent, pathOfHost } from './dependencies.mjs'
import { isNodeAtLeast } from './node-version.mjs'
import { SetupError } from './ui.mjs'

let root

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'craftastic-dependencies-'))
  mkdirSync(join(root, 'node_modules'))
})

afterEach(() => rmSync(root, { recursive: true }))

const a = { version: '1.0.0', integrity: 'sha512-a' }
const link = { resolved: 'packages/b', link: true }

function lock(wanted, installed) {
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, 'packages/b': { version: '0.1.0' }, ...wanted } }),
  )
  if (installed !== undefined)
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }))
}

test('what npm recorded is compared with the lock file', () => {
  const wanted = { 'node_modules/a': a, 'node_modules/b': link }
  lock(wanted)
  assert.equal(isInstallCurrent(root), false, 'nothing is installed')
  lock(wanted, { 'node_modules/a': a, 'node_modules/b': link, 'node_modules/left-over': a })
  assert.equal(isInstallCurrent(root), true)
  lock(wanted, { 'node_modules/a': { ...a, version: '0.9.0' }, 'node_modules/b': link })
  assert.equal(isInstallCurrent(root), false, 'another version')
  lock(wanted, { 'node_modules/a': { ...a, integrity: 'sha512-b' }, 'node_modules/b': link })
  assert.equal(isInstallCurrent(root), false, 'other bytes')
  lock(wanted, { 'node_modules/a': a })
  assert.equal(isInstallCurrent(root), false, 'a missing workspace')
})

test('an optional package may be absent, but not be another version', () => {
  const wanted = { 'node_modules/a': { ...a, optional: true } }
  lock(wanted, {})
  assert.equal(isInstallCurrent(root), true)
  lock(wanted, { 'node_modules/a': { ...a, version: '2.0.0' } })
  assert.equal(isInstallCurrent(root), false)
})

test('a checkout without a lock file is not one', () => {
  assert.throws(() => isInstallCurrent(root), SetupError)
})

test('the PATH for an installation has no programs of the project', () => {
  const path =
    '/work/x/node_modules/.bin:/x/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin:/opt/my_node_modules_x/bin'
  assert.equal(pathOfHost(path), '/usr/bin:/opt/my_node_modules_x/bin')
})

test('Node versions are compared as numbers', () => {
  assert.equal(isNodeAtLeast('v22.18.0', [22, 18]), true)
  assert.equal(isNodeAtLeast('v22.9.0', [22, 18]), false)
  assert.equal(isNodeAtLeast('v24.0.0', [22, 18]), true)
  assert.equal(isNodeAtLeast('v20.20.2', [22, 18]), false)
})
