// How many tests a suite ran, read from what its runner printed last: Vitest, Playwright or node:test.
import { stripVTControlCharacters } from 'node:util'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const NONE = Object.freeze({ passed: 0, failed: 0, skipped: 0 })

/** Words of the runners and what they mean for the sum. A flaky test has passed in the end; one that never ran has not. */
const MEANINGS = {
  pass: 'passed',
  passed: 'passed',
  flaky: 'passed',
  fail: 'failed',
  failed: 'failed',
  cancelled: 'failed',
  interrupted: 'failed',
  'did not run': 'failed',
  skip: 'skipped',
  skipped: 'skipped',
  todo: 'skipped',
}

const WORDS = Object.keys(MEANINGS).join('|')
/** `      Tests  2 failed | 12 passed | 1 skipped (15)` */
const VITEST = /^\s*Tests\s+(\d+ \w+(?: \| \d+ \w+)*) \(\d+\)/
/** `  12 passed (34.5s)`, `  1 failed`, `  2 did not run` */
const PLAYWRIGHT = new RegExp(`^\\s{2}(\\d+) (${WORDS})(?: \\([^)]*\\))?$`)
/** `# pass 12`, `ℹ fail 0` */
const NODE_TEST = /^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d+)$/

/**
 * @param {string[]} lines the output of one suite
 * @returns {Counts | null} null when no runner's summary is in there.
 */
export function parseCounts(lines) {
  const found = []
  for (const line of lines.map((text) => stripVTControlCharacters(text).trimEnd())) {
    const vitest = VITEST.exec(line)
    if (vitest !== null) found.push(...vitest[1].split(' | ').map((part) => part.split(/ (.*)/s).slice(0, 2)))
    const playwright = PLAYWRIGHT.exec(line)
    if (playwright !== null) found.push([playwright[1], playwright[2]])
    const nodeTest = NODE_TEST.exec(line)
    if (nodeTest !== null) found.push([nodeTest[2], nodeTest[1]])
  }
  if (found.length === 0) return null
  const counts = { ...NONE }
  for (const [count, word] of found) if (word in MEANINGS) counts[MEANINGS[word]] += Number(count)
  return counts
}

/** @param {Array<Counts | null>} all */
export function addCounts(all) {
  const sum = { ...NONE }
  for (const counts of all) for (const key of Object.keys(sum)) sum[key] += counts?.[key] ?? 0
  return sum
}
