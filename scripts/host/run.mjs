// Running other programs: output streamed with an indent, and failures that say which command failed and how it ended.
// Arguments are always a list; nothing here goes through a shell.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SetupError } from './ui.mjs'

/** Of a failed command's output: how it began, where the cause often is, and how it ended. */
const HEAD_LINES = 12
const TAIL_LINES = 10

const running = new Set()

function track(child) {
  running.add(child)
  child.on('close', () => running.delete(child))
  return child
}

/** Ends whatever was started with `run` or `capture` and still runs: for a set-up that is interrupted. */
export function endRunningChildren() {
  for (const child of running) child.kill('SIGTERM')
}

/** The path of a program on the PATH (and in the system directories that a plain user's PATH lacks), or null. */
export function findProgram(name, path = process.env.PATH ?? '') {
  for (const directory of [...path.split(delimiter), '/usr/sbin', '/sbin']) {
    const candidate = join(directory || '.', name)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not here: look in the next directory.
    }
  }
  return null
}

/**
 * Runs a program to its end, without printing anything.
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} code 127 when there is no such program, 124 after `timeoutMs`.
 */
export function capture(command, args, { cwd, env, input, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = track(spawn(command, args, { cwd, env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] }))
    const chunks = { stdout: [], stderr: [] }
    let timedOut = false
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), child.kill('SIGKILL')), timeoutMs)
    child.stdout.on('data', (chunk) => chunks.stdout.push(chunk))
    child.stderr.on('data', (chunk) => chunks.stderr.push(chunk))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const settle = (code) => {
      clearTimeout(timer)
      resolve({
        code,
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      })
    }
    child.on('error', () => settle(127))
    child.on('close', (code) => settle(timedOut ? 124 : (code ?? 1)))
  })
}

/**
 * Runs a program and prints its output, indented, as it comes.
 * @param {{ cwd?: string, env?: object, show?: (line: string) => string | null }} options
 *   `show` may rewrite a line, or drop it with null.
 * @throws {SetupError} with the command, its first and its last lines when it does not exit with 0.
 */
export function run(command, args, { cwd, env, show = (line) => line } = {}) {
  return new Promise((resolve, reject) => {
    const child = track(spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] }))
    const head = []
    const tail = []
    let dropped = 0
    const onLine = (line) => {
      if (head.length < HEAD_LINES) head.push(line)
      else if (tail.push(line) > TAIL_LINES) dropped += tail.splice(0, 1).length
      const shown = show(line)
      if (shown !== null) process.stdout.write(`  ${shown}\n`)
    }
    eachLine(child.stdout, onLine)
    eachLine(child.stderr, onLine)
    child.on('error', (error) => reject(new SetupError(`\`${command}\` could not be started: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      const end = signal === null ? `exit code ${code}` : `signal ${signal}`
      const lines = [...head, ...(dropped > 0 ? [`… ${dropped} lines …`] : []), ...tail].map((line) => `    ${line}`)
      reject(new SetupError(`\`${[command, ...args].join(' ')}\` failed (${end}):\n${lines.join('\n')}`))
    })
  })
}

/** Calls back per line of a stream; carriage returns of progress bars count as line ends. */
export function eachLine(stream, onLine) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text) => {
    const lines = (rest + text).split(/\r?\n|\r/)
    rest = lines.pop()
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
