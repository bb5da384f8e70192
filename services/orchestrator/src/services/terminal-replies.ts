/**
 * What a terminal sends by itself is not typing: answers to what tmux asks when it attaches, reports of focus. tmux makes
 * the same difference.
 */

/**
 * Reports of focus, status, attributes, modes, position and size, and string sequences (ECMA-48, xterm's ctlseqs). No part
 * reaches over the beginning of the next sequence, so that the time grows with the length alone, whatever is in it.
 */
const replies = /\x1b(?:\[[IO]|\[[?>=]?[\d;]*(?:\$y|[cnRt])|\[\?[\d;]*u|[P\]_^][^\x07\x1b]*(?:\x07|\x1b\\))/g

/** More than all that a terminal answers at once. */
const maxReplyBytes = 4 * 1024

/** Whether there is anything in it that somebody pressed or pasted. */
export function holdsTyping(bytes: Buffer): boolean {
  return bytes.length > maxReplyBytes || bytes.toString('latin1').replace(replies, '') !== ''
}
