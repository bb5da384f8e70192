// The last lines of a test run: one per suite, the tests that failed or needed a second try, what was left behind, and the sum
// in the words of a test runner.
import { formatDuration } from '../host/ui.mjs'
import { addCounts } from './counts.mjs'

/**
 * @param {{ results: import('./run-suite.mjs').SuiteResult[], leftovers: Array<{ kind: string, name: string, instance: string }>, notices: string[], durationMs: number }} run
 * @returns {{ lines: string[], isPassed: boolean }}
 */
export function reportRun({ results, leftovers, notices, durationMs }) {
  const lines = ['']
  for (const { name, isPassed, reason, counts, durationMs: suiteMs } of results) {
    const sum = counts === null ? 'no tests' : formatCounts(counts)
    lines.push(
      ` ${isPassed ? '✓' : '✗'} ${name.padEnd(9)} ${sum} in ${formatDuration(suiteMs)}${reason === null ? '' : `: ${reason}`}`,
    )
  }
  for (const { name: suite, names } of results) {
    for (const name of names.failed) lines.push(` ✗ failed: ${suite} ${name}`)
    for (const name of names.flaky) lines.push(` ! passed at the second try only: ${suite} ${name}`)
  }
  for (const notice of notices) lines.push(` ! ${notice}`)
  if (leftovers.length > 0) {
    lines.push(` ✗ left behind on the engine: ${leftovers.length}`)
    for (const { kind, name, instance } of leftovers) lines.push(`     ${kind} ${name} (${instance})`)
  }
  const failedSuites = results.filter(({ isPassed }) => !isPassed).length
  const isPassed = results.length > 0 && failedSuites === 0 && leftovers.length === 0
  const counts = addCounts(results.map((result) => result.counts))
  // A suite that broke without a failed test, and what was left behind, must not end in "0 failed".
  counts.failed = Math.max(counts.failed, failedSuites) + (leftovers.length > 0 ? 1 : 0)
  lines.push('', ` Suites  ${formatSuites(results.length, failedSuites)}`)
  lines.push(` Tests  ${formatCounts(counts)} in ${Math.round(durationMs / 1000)}s`)
  return { lines, isPassed }
}

/** `12 passed | 1 failed | 2 skipped (15)` */
export function formatCounts({ passed, failed, skipped }) {
  const parts = [`${passed} passed`, `${failed} failed`]
  if (skipped > 0) parts.push(`${skipped} skipped`)
  return `${parts.join(' | ')} (${passed + failed + skipped})`
}

function formatSuites(total, failed) {
  return failed === 0 ? `${total} passed (${total})` : `${total - failed} passed | ${failed} failed (${total})`
}
