/**
 * OSC 52: a program sets the clipboard. tmux sends it with an empty selection name, which the stock addon ignores.
 * Only writes: a program that asks what the clipboard holds gets no answer. Bounded, because it comes from a program
 * that need not be a friend.
 */
const largestBase64 = 1024 * 1024

/** The text of an OSC 52 sequence's payload, or null when it is a read, too large, or not text. */
export function readClipboardSequence(payload: string): string | null {
  const separator = payload.indexOf(';')
  if (separator < 0) return null
  const selection = payload.slice(0, separator)
  const data = payload.slice(separator + 1)
  if (!/^[cps0-7]*$/.test(selection)) return null
  if (data === '' || data === '?' || data.length > largestBase64) return null
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
