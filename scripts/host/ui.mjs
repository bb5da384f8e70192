// What the set-up scripts say to a person: one short line per piece of work, with the time it took.
// The same lines must read well in a terminal and in a log file, so nothing here moves the cursor.
import { createInterface } from 'node:readline'

const colour = (code, text) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = (text) => colour(1, text)
export const dim = (text) => colour(2, text)
const red = (text) => colour(31, text)
const green = (text) => colour(32, text)

/** A failure that the reader can do something about: printed as its message alone, without a stack. */
export class SetupError extends Error {
  name = 'SetupError'
}

/** `0.42 s`, `12 s`, `3 min 5 s`. */
export function formatDuration(ms) {
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

export function say(line = '') {
  process.stdout.write(`${line}\n`)
}

/** Announces a piece of work, does it and says how long it took. What `work` prints in between is expected to be indented. */
export async function step(title, work) {
  const startedAt = performance.now()
  say(`• ${title} …`)
  try {
    const result = await work()
    say(dim(`  ${green('done')} in ${formatDuration(performance.now() - startedAt)}`))
    return result
  } catch (error) {
    say(dim(`  ${red('failed')} after ${formatDuration(performance.now() - startedAt)}`))
    throw error
  }
}

/** Asks on a terminal; without one the answer is `yes`, so that CI and containers never wait for a key. */
export async function confirm(question, { input = process.stdin, output = process.stdout } = {}) {
  if (!input.isTTY || !output.isTTY) return true
  const prompt = createInterface({ input, output })
  const answer = await new Promise((resolve) => {
    prompt.on('close', () => resolve('no'))
    // While it reads, a terminal's ^C arrives here instead of as a signal.
    prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    prompt.question(`? ${question} [Y/n] `, resolve)
  })
  prompt.close()
  return ['', 'y', 'yes'].includes(answer.trim().toLowerCase())
}

/** The last stop of every script: expected failures are one readable message, anything else keeps its stack. */
export function exitWithError(error) {
  const text = error instanceof SetupError ? error.message : (error?.stack ?? String(error))
  process.stderr.write(`\n${red('✗')} ${text}\n`)
  process.exit(1)
}
