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
async function runScript(script, { hasSecondTry = false, ...options } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-suite-'))
  const npm = join(directory, 'npm')
  writeFileSync(npm, `#!/bin/sh\n${script}\n`)
  chmodSync(npm, 0o755)
  const printed = []
  try {
    const result = await runSuite({
      suite: { name: 'web', script: 'test:web', hasSecondTry },
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

/** As `npm run --silent test:web`, with files behind it where only those are to be run. */
const failsWithoutFiles = `if [ $# -gt 3 ]; then shift 3; echo "again: $*"; echo "      Tests  3 passed (3)"; exit; fi
echo " FAIL  test/a.test.ts > starts"; echo " FAIL  test/b.test.ts > ends"; echo "      Tests  2 failed | 7 passed (9)"; exit 1`

test('files that failed are run once more, behind what removes their litter, and named', async () => {
  let isCleared = false
  const beforeSecondTry = async () => void (isCleared = true)
  const { result, printed } = await runScript(failsWithoutFiles, { hasSecondTry: true, beforeSecondTry })
  assert.ok(isCleared)
  assert.equal(result.isPassed, true)
  assert.ok(
    printed.some((line) => line.endsWith('again: test/a.test.ts test/b.test.ts')),
    printed.join('\n'),
  )
  assert.deepEqual(result.counts, { passed: 9, failed: 0, skipped: 0 })
  assert.deepEqual(result.names, { failed: [], flaky: ['test/a.test.ts > starts', 'test/b.test.ts > ends'] })
})

test('what fails twice, or has no second try, has failed', async () => {
  const fails = 'echo " FAIL  test/a.test.ts > starts"; echo "      Tests  1 failed | 7 passed (8)"; exit 1'
  const twice = await runScript(fails, { hasSecondTry: true })
  const once = await runScript(failsWithoutFiles)
  assert.equal(twice.result.reason, 'exit code 1')
  assert.deepEqual(twice.result.names.failed, ['test/a.test.ts > starts'])
  assert.equal(twice.printed.filter((line) => line.includes('FAIL')).length, 2)
  assert.equal(once.result.isPassed, false)
})
