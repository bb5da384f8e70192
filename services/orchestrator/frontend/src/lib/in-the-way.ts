/** What is answered or closed before a shortcut does anything to the page beneath it. */

const dialogs = '[role="dialog"], [role="alertdialog"], [role="menu"]'
const dialogsButPalette = '[role="dialog"]:not([data-slot="command-dialog"]), [role="alertdialog"], [role="menu"]'

/** `besidesPalette`: the command palette is none, for its own key. */
export function isSomethingInTheWay({ besidesPalette = false } = {}): boolean {
  return document.querySelector(besidesPalette ? dialogsButPalette : dialogs) !== null
}
