/** Copies what the mouse has selected in a terminal, for those who have chosen so. */
import type { Terminal } from '@xterm/xterm'
import { copyText } from './clipboard'
import { readChoice } from './stored'
import { copyOnSelectChoice } from './terminal-settings'

/** `onBlocked` gets the text where the browser refuses it. The listeners go with the element. */
export function copyOnSelect(terminal: Terminal, element: HTMLElement, onBlocked: (text: string) => void): void {
  const copy = async () => {
    const text = terminal.getSelection()
    if (text !== '' && !(await copyText(text))) onBlocked(text)
  }
  // The mouse may be let go anywhere on the page; xterm.js has ended the selection once its own listener has run.
  const begin = ({ button }: MouseEvent) => {
    if (button !== 0 || !readChoice(copyOnSelectChoice)) return
    window.addEventListener('mouseup', () => setTimeout(() => void copy()), { once: true })
  }
  element.addEventListener('mousedown', begin, { capture: true })
}
