import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { readSettings } from './project.mjs'

let root

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'craftastic-settings-'))
})

afterEach(() => rmSync(root, { recursive: true }))

test('without settings the data is in the checkout and the engine is the local one', () => {
  const settings = readSettings({ root, env: {} })
  assert.deepEqual(settings, {
    dataDir: join(root, 'data'),
    dockerHost: undefined,
    sandboxImage: 'craftastic/sandbox:latest',
  })
})

test('.env counts, comments and quotes do not, and a relative directory is relative to the checkout', () => {
  writeFileSync(
    join(root, '.env'),
    '# comment\nDATA_DIR="./elsewhere"\nexport DOCKER_HOST=/run/x.sock # the other one\nSANDBOX_IMAGE=\n',
  )
  const settings = readSettings({ root, env: {} })
  assert.deepEqual(settings, {
    dataDir: join(root, 'elsewhere'),
    dockerHost: '/run/x.sock',
    sandboxImage: 'craftastic/sandbox:latest',
  })
})

test('the environment wins, unless it is empty', () => {
  writeFileSync(join(root, '.env'), 'DATA_DIR=/from/file\nSANDBOX_IMAGE=from/file:1\n')
  const settings = readSettings({ root, env: { DATA_DIR: '/from/env', SANDBOX_IMAGE: '' } })
  assert.equal(settings.dataDir, '/from/env')
  assert.equal(settings.sandboxImage, 'from/file:1')
})
