// Which tests failed, and which passed only at a second try, read from what Vitest and Playwright printed: the sum at the end
// names them, because the end is all that is kept of some logs.
import { stripVTControlCharacters } from 'node:util'

/** @typedef {{ failed: string[], flaky: string[] }} TestNames */

/** ` FAIL  test/a.test.ts > signs in` */
const VITEST = /^\s*FAIL\s+(\S.*)$/
/** `  1 failed`, above the names that it counts. */
const PLAYWRIGHT_HEADING = /^ {2}\d+ (failed|flaky|interrupted|skipped|did not run|passed)\b/
/** `    tests/a.spec.ts:3:1 › signs in ─────` */
const PLAYWRIGHT_NAME = /^ {4}(\S+:\d+:\d+ › .*?)(?: ─+)?$/

/**
 * @param {string[]} lines the output of one suite
 * @returns {TestNames} each name once
 */
export function parseNames(lines) {
  const names = { failed: new Set(), flaky: new Set() }
  let heading = null
  for (const line of lines.map((text) => stripVTControlCharacters(text).trimEnd())) {
    const vitest = VITEST.exec(line)
    if (vitest !== null) names.failed.add(vitest[1])
    heading = PLAYWRIGHT_HEADING.exec(line)?.[1] ?? heading
    const name = PLAYWRIGHT_NAME.exec(line)?.[1]
    if (name !== undefined) names[heading]?.add(name)
  }
  return { failed: [...names.failed], flaky: [...names.flaky] }
}

/** The files of Vitest's tests among `names`: `test/a.test.ts > signs in`, `test/b.test.ts [ test/b.test.ts ]`. */
export function filesOf(names) {
  return [...new Set(names.map((name) => name.split(/ > | \[ /)[0]))]
}
