// Runs one suite in a process group of its own, printing its lines behind its name, and says how it ended.
import { spawn } from 'node:child_process'
import { eachLine, killGroup } from '../host/run.mjs'
import { dim, say } from '../host/ui.mjs'
import { parseCounts } from './counts.mjs'
import { parseNames } from './names.mjs'

const SUITE_TIMEOUT_MS = 45 * 60_000
const NAME_WIDTH = 8

const suites = new Set()

/** Ends every suite that runs, with all its processes. */
export function endSuites(signal = 'SIGKILL') {
  for (const child of suites) killGroup(child, signal)
}

/** @typedef {{ name: string, isPassed: boolean, reason: string | null, counts: import('./counts.mjs').Counts | null, names: import('./names.mjs').TestNames, durationMs: number }} SuiteResult */

/**
 * @param {{ suite: { name: string, script: string }, npm: string, cwd: string, env: NodeJS.ProcessEnv, timeoutMs?: number, print?: (line: string) => void }} options
 * @returns {Promise<SuiteResult>}
 */
export function runSuite({ suite, npm, cwd, env, timeoutMs = SUITE_TIMEOUT_MS, print = say }) {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const child = spawn(npm, ['run', '--silent', suite.script], {
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
      const counts = parseCounts(lines)
      const reason = isTimedOut ? `not finished after ${timeoutMs / 1000} s` : findReason(code, signal, counts)
      resolve({
        name: suite.name,
        isPassed: reason === null,
        reason,
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
