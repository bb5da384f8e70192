/** What the scripts share: their arguments, failing in words with exit code 1, and ending in order at ^C. */
import { constants } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

export interface ScriptArguments {
  flags: Record<string, unknown>
  words: string[]
}

export interface Script {
  /** Printed for `--help`. */
  help: string
  options?: ParseArgsOptionsConfig
  /** How many words without dashes there are, at most. */
  maxWords?: number
  run(given: ScriptArguments): Promise<void>
}

/** Ends a script that was asked to end, with the exit code that shells expect of it. */
class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super('Interrupted: nothing half made is left behind.')
    this.exitCode = 128 + constants.signals[signal]
  }
}

/** Work that tidies up when its signal says so: at ^C, say. A second ^C ends the process where it is. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const listeners = names.map((name) => ({ name, listener: () => interrupt.abort(new Interrupted(name)) }))
  for (const { name, listener } of listeners) process.once(name, listener)
  try {
    await work(interrupt.signal)
  } catch (error) {
    // What the interruption makes fail is of no interest.
    throw interrupt.signal.aborted ? interrupt.signal.reason : error
  } finally {
    for (const { name, listener } of listeners) process.off(name, listener)
  }
}

export async function runScript({ help, options = {}, maxWords = 0, run }: Script): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: maxWords > 0,
    })
    if (values.help === true) return say(help)
    if (positionals.length > maxWords) throw new Error(`Too many words: ${positionals.join(' ')}\n\n${help}`)
    await run({ flags: values, words: positionals })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = error instanceof Interrupted ? error.exitCode : 1
  }
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** `1 user`, `1,000 users` */
export function count(n: number, thing: string): string {
  return `${n.toLocaleString('en')} ${thing}${n === 1 ? '' : 's'}`
}

/** Asks on a terminal. Answers false to everything but a yes; null when there is nobody to ask. */
export async function askYesNo(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
    return /^y(es)?$/i.test((await Promise.race([terminal.question(`${question} [y/N] `), ended])).trim())
  } finally {
    terminal.close()
  }
}
