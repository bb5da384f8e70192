/** Lines of a history down to the last one that is not empty. */
export function countLines(text: string): number {
  const content = text.trimEnd()
  return content === '' ? 0 : content.split('\n').length
}
