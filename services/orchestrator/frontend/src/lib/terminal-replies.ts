/**
 * What a terminal sends by itself, or with the mouse: it belongs to the screen as it was, and is nothing for a later
 * connection. Reports of focus, status, attributes, modes, position and size, string sequences, mouse (ECMA-48,
 * xterm's ctlseqs).
 */
const replies =
  /^(?:\x1b(?:\[[IO]|\[[?>=]?[\d;]*(?:\$y|[cnRt])|\[\?[\d;]*u|\[<[\d;]*[Mm]|[P\]_^][^]*?(?:\x07|\x1b\\)))+$/

/** Whether nothing in it was typed or pasted. */
export function isReply(text: string): boolean {
  return replies.test(text)
}
