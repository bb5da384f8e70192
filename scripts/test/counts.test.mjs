import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addCounts, parseCounts } from './counts.mjs'

test('Vitest, with colours and without', () => {
  const lines = [
    ' Test Files  3 passed (3)',
    '      Tests  1 failed | 12 passed | 2 skipped | 1 todo (16)',
    '   Duration  2s',
  ]
  assert.deepEqual(parseCounts(lines), { passed: 12, failed: 1, skipped: 3 })
  assert.deepEqual(
    parseCounts([
      '\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m5 passed\u001b[39m\u001b[22m\u001b[90m (5)\u001b[39m',
    ]),
    { passed: 5, failed: 0, skipped: 0 },
  )
})

test('Playwright: flaky ones have passed, those that never ran have not', () => {
  const lines = [
    '  1 failed',
    '    [chromium] › a.spec.ts:3:1 › signs in ───',
    '  1 flaky',
    '  2 did not run',
    '  3 skipped',
    '  7 passed (1.2m)',
  ]
  assert.deepEqual(parseCounts(lines), { passed: 8, failed: 3, skipped: 3 })
})

test('node:test in both of its formats', () => {
  const words = ['tests 4', 'pass 2', 'fail 1', 'cancelled 0', 'skipped 1', 'todo 0', 'duration_ms 12.3']
  for (const mark of ['#', 'ℹ'])
    assert.deepEqual(parseCounts(words.map((word) => `${mark} ${word}`)), { passed: 2, failed: 1, skipped: 1 })
})

test('a suite that says nothing about tests has no counts', () => {
  assert.equal(parseCounts(['hello', 'No test files found, exiting with code 0']), null)
})

test('the sum leaves out what is unknown', () => {
  assert.deepEqual(addCounts([{ passed: 1, failed: 2, skipped: 3 }, null, { passed: 10, failed: 0, skipped: 0 }]), {
    passed: 11,
    failed: 2,
    skipped: 3,
  })
})
