/** What keys send that xterm.js does not know: held keys of the bar on the screen, and Return with a modifier. */

/** Keys of the bar on the screen that count for the next key. */
export interface HeldKeys {
  ctrl: boolean
  alt: boolean
}

export const noHeldKeys: HeldKeys = { ctrl: false, alt: false }

type Modifiers = Pick<KeyboardEvent, 'ctrlKey' | 'shiftKey' | 'altKey'>

/** As xterm numbers modifiers. */
const modifierNumber = ({ ctrlKey, shiftKey, altKey }: Modifiers) =>
  1 + Number(shiftKey) + 2 * Number(altKey) + 4 * Number(ctrlKey)

const cursorKey = /^\x1b[[O]([A-DHF])$/

/** `text` as it is with the held keys; null when it is nothing that was typed, which leaves them held. */
export function withHeldKeys(text: string, { ctrl, alt }: HeldKeys): string | null {
  const cursor = cursorKey.exec(text)?.[1]
  if (cursor) return `\x1b[1;${modifierNumber({ ctrlKey: ctrl, altKey: alt, shiftKey: false })}${cursor}`
  if (!/^.$/su.test(text)) return null
  const key = ctrl ? controlCharacter(text) : text
  return alt ? `\x1b${key}` : key
}

function controlCharacter(text: string): string {
  if (text === ' ') return '\0'
  if (text === '?') return '\x7f'
  const code = text.toUpperCase().charCodeAt(0)
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text
}

/**
 * Return with Shift or Ctrl, in the form that tmux reads from any terminal. tmux passes it on to a program that has asked
 * for such keys, and gives every other one a plain Return.
 */
export function readExtendedReturn(event: Modifiers & Pick<KeyboardEvent, 'key' | 'metaKey'>): string | null {
  if (event.key !== 'Enter' || event.metaKey || !(event.shiftKey || event.ctrlKey)) return null
  return `\x1b[13;${modifierNumber(event)}u`
}
