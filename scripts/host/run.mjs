// Running other programs: output streamed with an indent, and failures that say which command failed and how it ended.
// Arguments are always a list; nothing here goes through a shell.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SetupError } from './ui.mjs'

/** Of a failed command's output: how it began, where the cause often is, and how it ended. */
const HEAD_LINES = 12
const TAIL_LINES = 10

const TIDY_UP_MS = 10_000

const running = new Set()
let isEnding = false

/**
 * Starts a program as `spawn` does, and remembers it for `endRunningChildren`. It leads a process group of its own, so that
 * it can be ended together with what it has started.
 */
export function start(command, args, options) {
  if (isEnding) throw new SetupError('Interrupted.')
  const child = spawn(command, args, { ...options, detached: true })
  running.add(child)
  child.on('close', () => running.delete(child))
  return child
}

/**
 * For a set-up that is interrupted: ends whatever was started here and still runs. From now on nothing more can be started,
 * so that the set-up ends where it is instead of going on with what a killed program has left.
 * Resolves when all have ended, or soon after: some tidy up first.
 */
export async function endRunningChildren() {
  isEnding = true
  const ended = [...running].map((child) => {
    killGroup(child, 'SIGTERM')
    return new Promise((resolve) => child.on('close', resolve))
  })
  await Promise.race([Promise.all(ended), sleep(TIDY_UP_MS, undefined, { ref: false })])
}

/** Sends a signal to a child that leads its process group, and to the whole group. */
export function killGroup(child, signal) {
  // Without a pid it could not be started; 0 would be our own group.
  if (!child.pid) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
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
  return new Promise((resolve, reject) => {
    const child = start(command, args, { cwd, env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] })
    const chunks = { stdout: [], stderr: [] }
    let timedOut = false
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => ((timedOut = true), killGroup(child, 'SIGKILL')), timeoutMs)
    child.stdout.on('data', (chunk) => chunks.stdout.push(chunk))
    child.stderr.on('data', (chunk) => chunks.stderr.push(chunk))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const settle = (code) => {
      clearTimeout(timer)
      if (isEnding) return reject(new SetupError('Interrupted.'))
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
    const child = start(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
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
