// Runs one suite in a process group of its own, printing its lines behind its name, and says how it ended. Where it has a second
// try, the files that failed are run once more, from their first line on: a busy machine must not fail a run of an hour.
import { spawn } from 'node:child_process'
import { eachLine, killGroup } from '../host/run.mjs'
import { dim, say } from '../host/ui.mjs'
import { parseCounts } from './counts.mjs'
import { filesOf, parseNames } from './names.mjs'

const SUITE_TIMEOUT_MS = 45 * 60_000
const NAME_WIDTH = 8
/** With more of them, it is not chance. */
const MAX_FILES_AGAIN = 6

const suites = new Set()
let isEnding = false

/** Ends every suite that runs, with all its processes. */
export function endSuites(signal = 'SIGKILL') {
  isEnding = true
  for (const child of suites) killGroup(child, signal)
}

/** @typedef {{ name: string, isPassed: boolean, reason: string | null, isEnded: boolean, counts: import('./counts.mjs').Counts | null, names: import('./names.mjs').TestNames, durationMs: number }} SuiteResult */

/**
 * @param {{ suite: { name: string, script: string, hasSecondTry?: boolean }, npm: string, cwd: string, env: NodeJS.ProcessEnv, timeoutMs?: number, print?: (line: string) => void, beforeSecondTry?: () => Promise<void> }} options `beforeSecondTry` removes what failed tests left
 * @returns {Promise<SuiteResult>}
 */
export async function runSuite({ suite, beforeSecondTry = async () => {}, ...options }) {
  const first = await runOnce({ suite, files: [], ...options })
  const files = filesOf(first.names.failed)
  const isForAgain = suite.hasSecondTry === true && files.length > 0 && files.length <= MAX_FILES_AGAIN
  if (first.isPassed || first.isEnded || isEnding || first.counts === null || !isForAgain) return first
  await beforeSecondTry()
  const second = await runOnce({ suite, files, ...options })
  const durationMs = first.durationMs + second.durationMs
  if (!second.isPassed) return { ...first, durationMs }
  const { passed, failed, skipped } = first.counts
  const counts = { passed: passed + failed, failed: 0, skipped }
  return { ...second, counts, names: { failed: [], flaky: first.names.failed }, durationMs }
}

/** @param files The only ones to run, if there are any. */
function runOnce({ suite, files, npm, cwd, env, timeoutMs = SUITE_TIMEOUT_MS, print = say }) {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const child = spawn(npm, ['run', '--silent', suite.script, ...files], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    suites.add(child)
    let isTimedOut = false
    const timer = setTimeout(() => {
      isTimedOut = true
      killGroup(child, 'SIGKILL')
    }, timeoutMs)
    const lines = []
    const onLine = (line) => {
      lines.push(line)
      print(`${dim(`${suite.name.padEnd(NAME_WIDTH)} │`)} ${line}`)
    }
    eachLine(child.stdout, onLine)
    eachLine(child.stderr, onLine)
    const settle = (code, signal) => {
      clearTimeout(timer)
      suites.delete(child)
      // What a failed test left running.
      killGroup(child, 'SIGKILL')
      const counts = parseCounts(lines)
      const reason = isTimedOut ? `not finished after ${timeoutMs / 1000} s` : findReason(code, signal, counts)
      resolve({
        name: suite.name,
        isPassed: reason === null,
        reason,
        isEnded: isTimedOut || signal !== null,
        counts,
        names: parseNames(lines),
        durationMs: performance.now() - startedAt,
      })
    }
    child.on('error', () => settle(127, null))
    child.on('close', settle)
  })
}

/** Why a suite counts as failed, or null. One that says nothing about tests may have found none: that is no success. */
export function findReason(code, signal, counts) {
  if (signal !== null) return `ended by ${signal}`
  if (code !== 0) return `exit code ${code}`
  if (counts === null || counts.passed + counts.failed === 0) return 'ran no tests'
  return counts.failed > 0 ? `${counts.failed} failed` : null
}
