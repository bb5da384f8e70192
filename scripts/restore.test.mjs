import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = (...args) => promisify(execFile)(process.execPath, [join(import.meta.dirname, 'restore.mjs'), ...args])

test('hands its arguments to the script of the server, and its exit code on', async () => {
  const { stdout } = await run('--help')
  assert.match(stdout, /^Usage: npm run restore -- /)
  const failed = await run('--workspaces=none').catch((error) => error)
  assert.equal(failed.code, 1)
  assert.match(failed.stderr, /The name of a file is missing/)
})
