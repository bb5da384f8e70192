// How the server runs is written once, in its package.json. It is started from here without npm in between: one process fewer,
// and signals and exit codes are exactly the server's.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './ui.mjs'

/** @returns {{ env: Record<string, string>, args: string[] }} of a package script that runs `node`. */
export function readServerCommand(directory, name) {
  const script = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).scripts?.[name]
  if (typeof script !== 'string') throw new SetupError(`${directory}/package.json has no script "${name}".`)
  return parseNodeCommand(script)
}

/** Splits `NAME=value node --flag file.ts`. Quotes and shell operators have no place in such a script. */
export function parseNodeCommand(script) {
  const words = script.trim().split(/\s+/)
  const program = words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word))
  if (words[program] !== 'node' || /["'`$&|;<>()]/.test(script)) {
    throw new SetupError(
      `The script "${script}" is not a plain \`node\` command, which is what can be started from here.`,
    )
  }
  const env = Object.fromEntries(words.slice(0, program).map((word) => word.split(/=(.*)/s).slice(0, 2)))
  return { env, args: words.slice(program + 1) }
}
