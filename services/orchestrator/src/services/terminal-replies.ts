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

/** A tmux client asks each once, as it starts: primary and secondary device attributes, and the terminal's name (XTVERSION). */
export type Question = 'primary' | 'secondary' | 'name'

const escape = 0x1b
const answers = /\x1b\[\?[\d;]*c|\x1b\[>[\d;]*c|\x1bP>\|[^\x07\x1b]*(?:\x07|\x1b\\)/g

function questionOf(answer: string): Question {
  if (answer.startsWith('\x1bP')) return 'name'
  return answer.startsWith('\x1b[?') ? 'primary' : 'secondary'
}

/** Leaves out answers that nobody waits for. What somebody typed or pasted stays as it is. */
export function dropAnswers(bytes: Buffer, isAwaited: (question: Question) => boolean): Buffer {
  if (bytes[0] !== escape || holdsTyping(bytes)) return bytes
  const kept = bytes.toString('latin1').replace(answers, (answer) => (isAwaited(questionOf(answer)) ? answer : ''))
  return Buffer.from(kept, 'latin1')
}
