/**
 * Names as git has them are bytes: they may hold control characters, text that runs backwards, and bytes that are no UTF-8
 * (each a lone surrogate U+DCNN). People see these escaped; what is sent back is always the name itself.
 */
const hidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]/u
const shortForms: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

/** The name with everything that cannot be seen written out: `\n`, `\x80`, `\u202e`. */
export function showName(name: string): string {
  if (!hidden.test(name)) return name
  // By code points: a surrogate that has its other half is a character of its own.
  return Array.from(name, (character) => (hidden.test(character) ? escapeCharacter(character) : character)).join('')
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
  return shortForms[character] ?? `\\u${code.toString(16).padStart(4, '0')}`
}

/** Such as `src/lib/` and `a.ts`; a directory that git reports as one (`vendor/`) keeps its last slash. */
export function splitPath(path: string): { directory: string; name: string } {
  const at = path.lastIndexOf('/', path.length - 2)
  return { directory: path.slice(0, at + 1), name: path.slice(at + 1) }
}

/** A name as it may stand in an address, where a lone surrogate would be lost. */
export function nameToText(name: string): string {
  return JSON.stringify(name).slice(1, -1)
}

/** The name that nameToText() wrote, or null. */
export function textToName(text: string): string | null {
  try {
    const name: unknown = JSON.parse(`"${text}"`)
    return typeof name === 'string' && name !== '' ? name : null
  } catch {
    return null
  }
}
