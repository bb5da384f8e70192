/** What a program writes to its pane, from the form in which tmux tells it to text that any terminal shows the same. */
import { StringDecoder } from 'node:string_decoder'

/**
 * Takes output in pieces, as tmux's control mode writes it: bytes, the control characters and `\` as three octal digits.
 * What is half a character, or may be half a sequence, comes with the next piece.
 */
export type PaneText = {
  take(data: string): string
  /** After a new drawing of the screen: `pending` is what there is of a sequence that is not complete yet. */
  restart(pending: string): string
}

/** A session with more panes than that is none that anybody works in. */
const maxPanes = 1_000

/** What the panes of a session write, each apart from the others. */
export type PaneTexts = {
  of(paneId: string): PaneText
  forget(paneId: string): void
}

export function createPaneTexts(): PaneTexts {
  const texts = new Map<string, PaneText>()
  return {
    of: (paneId) => {
      const known = texts.get(paneId)
      if (known !== undefined) return known
      // What is forgotten with them is half a character of each.
      if (texts.size >= maxPanes) texts.clear()
      const text = createPaneText()
      texts.set(paneId, text)
      return text
    },
    forget: (paneId) => void texts.delete(paneId),
  }
}

export function createPaneText(): PaneText {
  let decoder = new StringDecoder('utf8')
  let isFirst = true
  let held = ''

  const take = (data: string): string => {
    const bytes = Buffer.from(data.replace(/\\([0-7]{3})/g, toCharacter), 'latin1')
    const text = held + decoder.write(isFirst ? withoutOrphans(bytes) : bytes)
    isFirst &&= bytes.length === 0
    held = text.endsWith('\x1b') ? '\x1b' : ''
    return withCommonTitles(text.slice(0, text.length - held.length))
  }

  return {
    take,
    restart: (pending) => {
      held = ''
      if (pending !== '') decoder = new StringDecoder('utf8')
      return take(pending)
    },
  }
}

function toCharacter(_: string, octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8))
}

/** The first piece may begin inside a character, whose beginning nobody has. */
function withoutOrphans(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80)
  return start === -1 ? bytes.subarray(bytes.length) : bytes.subarray(start)
}

/** `ESC k title ESC \` sets the title in tmux alone; other terminals would print it. */
function withCommonTitles(text: string): string {
  return text.replaceAll('\x1bk', '\x1b]2;')
}
