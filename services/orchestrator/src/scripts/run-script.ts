/** What the scripts share: their arguments, and failing in words with exit code 1. */
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
    process.exitCode = 1
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
