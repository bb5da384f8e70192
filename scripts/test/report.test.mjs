import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCounts, reportRun } from './report.mjs'

const noNames = { failed: [], flaky: [] }
const suite = (name, counts, reason = null, names = noNames) => ({
  name,
  isPassed: reason === null,
  reason,
  counts,
  names,
  durationMs: 1500,
})
const run = (results, leftovers = []) => reportRun({ results, leftovers, notices: [], durationMs: 512_400 })

test('the last line is a test runner’s', () => {
  const { lines, isPassed } = run([
    suite('server', { passed: 200, failed: 0, skipped: 0 }),
    suite('web', { passed: 14, failed: 0, skipped: 0 }),
  ])
  assert.equal(isPassed, true)
  assert.equal(lines.at(-1), ' Tests  214 passed | 0 failed (214) in 512s')
  assert.equal(lines.at(-2), ' Suites  2 passed (2)')
})

test('a failed suite fails the run and is counted even when no test of it failed', () => {
  const { lines, isPassed } = run([
    suite('server', null, 'exit code 1'),
    suite('web', { passed: 14, failed: 0, skipped: 0 }),
  ])
  assert.equal(isPassed, false)
  assert.match(lines.at(-1), /14 passed \| 1 failed \(15\)/)
  assert.ok(lines.some((line) => /server.*exit code 1/.test(line)))
})

test('tests that failed are named, and those that needed a second try', () => {
  const counts = { passed: 14, failed: 1, skipped: 0 }
  const { lines } = run([
    suite('server', counts, 'exit code 1', { failed: ['a.test.ts > x'], flaky: ['b.test.ts > y'] }),
  ])
  assert.ok(lines.includes(' ✗ failed: server a.test.ts > x'), lines.join('\n'))
  assert.ok(lines.includes(' ! passed at the second try only: server b.test.ts > y'), lines.join('\n'))
})

test('what is left behind fails the run and is named', () => {
  const { lines, isPassed } = run(
    [suite('web', { passed: 1, failed: 0, skipped: 0 })],
    [{ kind: 'volume', name: 'craftastic-1', instance: 'test-a' }],
  )
  assert.equal(isPassed, false)
  assert.match(lines.at(-1), /1 failed/)
  assert.ok(lines.some((line) => line.includes('volume craftastic-1 (test-a)')))
})

test('a run of nothing is no success', () => {
  assert.equal(run([]).isPassed, false)
})

test('skipped tests are shown only when there are some', () => {
  assert.equal(formatCounts({ passed: 1, failed: 0, skipped: 2 }), '1 passed | 0 failed | 2 skipped (3)')
})
