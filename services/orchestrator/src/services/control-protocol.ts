/**
 * tmux's control mode: commands go in as lines, answers come out as blocks between `%begin` and `%end`, and whatever
 * happens is a line that begins with `%`.
 */

/** Far more than a thousand sessions, or the largest screen, need. */
const maxLineCharacters = 4 * 1024 * 1024

/** The line that runs exactly `command`: every argument quoted so that tmux reads nothing in it but itself. */
export function controlLine(command: readonly string[]): string {
  return controlSequence([command])
}

/** The line that runs the commands in order, with nothing of what programs write in between. */
export function controlSequence(commands: readonly (readonly string[])[]): string {
  return `${commands.map((command) => command.map(quote).join(' ')).join(' ; ')}\n`
}

/** Inside double quotes tmux reads `\`, `$` and `"`; control characters, a line's end too, are written as numbers. */
function quote(argument: string): string {
  if (argument.includes('\0')) throw new TypeError('an argument cannot contain a NUL byte')
  const escaped = argument
    .replace(/[\\$"]/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) =>
      character.charCodeAt(0) < 0x80 ? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}` : character,
    )
  return `"${escaped}"`
}

/** Lines hold one character for each byte: what a program wrote may break off inside a character. */
export type ControlListener = {
  /** What a command has printed. Not called for the command that opened the connection. */
  onAnswer?(lines: string[]): void
  /** Something has happened. */
  onNotice(line: string): void
  /** tmux refused a command, ended the connection or does not keep to the protocol: it is of no use any more. */
  onEnd(reason: string): void
}

/** Answers what takes the bytes that tmux writes, in whatever pieces they come. */
export function createProtocolReader({ onAnswer, onNotice, onEnd }: ControlListener): (chunk: Buffer) => void {
  let rest = ''
  let block: { /** Time and number. */ id: string; isOurs: boolean; lines: string[]; characters: number } | null = null

  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineCharacters) {
      rest = ''
      onEnd('a line is too long')
    }
    for (const line of lines) readLine(line)
  }

  function readLine(line: string): void {
    const [, guard, id, flags] = /^%(begin|end|error) (\d+ \d+) (\d+)$/.exec(line) ?? []
    if (block !== null) {
      // What a command printed may look like anything, but not know the numbers.
      if (guard === undefined || guard === 'begin' || id !== block.id) return keep(block, line)
      const { isOurs, lines } = block
      block = null
      if (guard === 'error') onEnd('a command was refused')
      else if (isOurs) onAnswer?.(lines)
    } else if (guard === 'begin' && id !== undefined) {
      block = { id, isOurs: flags === '1', lines: [], characters: 0 }
    } else if (/^%exit(?: |$)/.test(line)) {
      onEnd(line)
    } else {
      onNotice(line)
    }
  }

  function keep(into: { lines: string[]; characters: number }, line: string): void {
    into.characters += line.length
    if (into.characters > maxLineCharacters) onEnd('an answer is too long')
    else if (onAnswer !== undefined) into.lines.push(line)
  }
}

/** The text that such a line, or a part of it, stands for. */
export function textOf(line: string): string {
  return Buffer.from(line, 'latin1').toString('utf8')
}
