import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findReason, runSuite } from './run-suite.mjs'

const counts = { passed: 1, failed: 0, skipped: 0 }

test('only a suite that ran tests and ended with 0 has passed', () => {
  assert.equal(findReason(0, null, counts), null)
  assert.equal(findReason(1, null, counts), 'exit code 1')
  assert.equal(findReason(null, 'SIGSEGV', counts), 'ended by SIGSEGV')
  assert.equal(findReason(0, null, null), 'ran no tests')
  assert.equal(findReason(0, null, { passed: 0, failed: 0, skipped: 9 }), 'ran no tests')
  assert.equal(findReason(0, null, { passed: 3, failed: 2, skipped: 0 }), '2 failed')
})

/** Runs a suite whose `npm` is the given shell script. */
async function runScript(script, options = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-suite-'))
  const npm = join(directory, 'npm')
  writeFileSync(npm, `#!/bin/sh\n${script}\n`)
  chmodSync(npm, 0o755)
  const printed = []
  try {
    const result = await runSuite({
      suite: { name: 'web', script: 'test:web' },
      npm,
      cwd: directory,
      env: process.env,
      print: (line) => printed.push(line),
      ...options,
    })
    return { result, printed }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('lines are printed behind the name and counted', async () => {
  const { result, printed } = await runScript('echo "$3"; echo "# pass 3"; echo "# fail 0" >&2')
  assert.equal(result.isPassed, true)
  assert.deepEqual(result.counts, { passed: 3, failed: 0, skipped: 0 })
  assert.ok(
    printed.some((line) => line.includes('web') && line.endsWith('test:web')),
    printed.join('\n'),
  )
})

test('a suite that hangs is ended with everything it started', async () => {
  const { result } = await runScript('sleep 300 & sleep 300', { timeoutMs: 300 })
  assert.equal(result.isPassed, false)
  assert.match(result.reason, /not finished/)
  assert.ok(result.durationMs < 10_000)
})
