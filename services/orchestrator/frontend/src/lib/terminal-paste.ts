/**
 * Pasted text on its way to a program. It is bracketed always: tmux asks every terminal for that and takes the brackets
 * away for a program that does not want them.
 */
const begin = '\x1b[200~'
/** Also ends a paste that is given up half way. */
export const endOfPaste = '\x1b[201~'

/**
 * As keys would type it: Return at the end of a line. Escape could end the brackets early and have the rest read as
 * keys, so it becomes the sign that stands for it.
 */
export function bracketPaste(text: string): string {
  return `${begin}${text.replaceAll(/\r?\n/g, '\r').replaceAll('\x1b', '\u241b')}${endOfPaste}`
}

/** Lines that a program may run one by one: a line break at the end runs the line before it. */
export function countPastedLines(text: string): number {
  return text.split(/\r\n|\r|\n/).length
}
