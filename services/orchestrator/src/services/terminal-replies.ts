/**
 * What a terminal sends by itself is not typing: answers to what tmux asks when it attaches, reports of focus. tmux makes
 * the same difference.
 */

/** Reports of focus, status, attributes, modes, position and size, and string sequences (ECMA-48, xterm's ctlseqs). */
const replies = /\x1b(?:\[[IO]|\[[?>=]?[\d;]*(?:\$y|[cnRt])|\[\?[\d;]*u|[P\]_^].*?(?:\x07|\x1b\\))/gs

/** Whether there is anything in it that somebody pressed or pasted. */
export function holdsTyping(bytes: Buffer): boolean {
  return bytes.toString('latin1').replace(replies, '') !== ''
}
