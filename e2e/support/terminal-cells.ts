/**
 * Every cell of the terminal in front, as xterm.js holds it. The page shows nothing of this to anybody: the debugger's
 * protocol reaches the terminal through React's references and private fields.
 */
import type { CDPSession, Page } from '@playwright/test'

/** `look` names attributes and colours and is empty for plain text. The second cell of a wide character has no width. */
export interface Cell {
  text: string
  width: number
  look: string
}

export interface Screen {
  cells: Cell[][]
  cursor: { x: number; y: number }
}

/** As much of xterm.js as is read here. */
interface PageTerminal {
  cols: number
  rows: number
  buffer: { active: { cursorX: number; cursorY: number; baseY: number; getLine(row: number): PageLine | undefined } }
  unicode: { register(provider: object): void; activeVersion: string }
  _core: { unicodeService: { _activeProvider: { version: string; wcwidth(codePoint: number): number } } }
  getSelection(): string
  write(text: string, done: () => void): void
  dispose(): void
}
interface PageLine {
  getCell(column: number): PageCell | undefined
}
type Flag = 'Bold' | 'Dim' | 'Italic' | 'Underline' | 'Blink' | 'Inverse' | 'Invisible' | 'Strikethrough' | 'Overline'
type Ground = 'Fg' | 'Bg'
type PageCell = Record<
  `is${Flag | `${Ground}RGB` | `${Ground}Palette`}` | `get${Ground}Color` | 'getWidth',
  () => number
> & {
  getChars(): string
  extended: { underlineStyle: number; underlineColor: number }
}
type InPage<Args extends unknown[], Result> = (this: PageTerminal, ...args: Args) => Result | Promise<Result>

export class TerminalCells {
  readonly #debug: CDPSession
  readonly #terminalId: string

  private constructor(debug: CDPSession, terminalId: string) {
    this.#debug = debug
    this.#terminalId = terminalId
  }

  /** To be asked for again after each load of the page. */
  static async of(page: Page): Promise<TerminalCells> {
    await page.locator('.xterm-screen').first().waitFor()
    const debug = await page.context().newCDPSession(page)
    const { result: screen } = await debug.send('Runtime.evaluate', {
      expression: `(${findTerminalScreen.toString()})()`,
    })
    const { privateProperties = [] } = await debug.send('Runtime.getProperties', { objectId: screen.objectId ?? '' })
    for (const { value } of privateProperties) {
      if (value?.objectId === undefined) continue
      const functionDeclaration = `function () { return 'buffer' in this && 'unicode' in this }`
      const { result } = await debug.send('Runtime.callFunctionOn', { objectId: value.objectId, functionDeclaration })
      if (result.value === true) return new TerminalCells(debug, value.objectId)
    }
    throw new Error('there is no terminal on the page')
  }

  read(): Promise<Screen> {
    return this.#call(readCells)
  }

  /** What a terminal of the same kind and size makes of `text`, printed on it from the top left corner. */
  async print(text: string): Promise<Screen> {
    const { result } = await this.#send(printBeside, [text], false)
    const beside = new TerminalCells(this.#debug, result.objectId ?? '')
    const screen = await beside.read()
    await beside.#call(dispose)
    return screen
  }

  /** What is selected in the page, not in a program. */
  selection(): Promise<string> {
    return this.#call(readSelection)
  }

  /** The widths that the terminal gives to the characters from `first` to `last`, a digit for each. */
  widths(first: number, last: number): Promise<string> {
    return this.#call(readWidths, first, last)
  }

  async #call<Args extends unknown[], Result>(inPage: InPage<Args, Result>, ...args: Args): Promise<Result> {
    const { result } = await this.#send(inPage, args, true)
    return result.value as Result
  }

  async #send<Args extends unknown[]>(inPage: InPage<Args, unknown>, args: Args, returnByValue: boolean) {
    const answer = await this.#debug.send('Runtime.callFunctionOn', {
      objectId: this.#terminalId,
      functionDeclaration: inPage.toString(),
      arguments: args.map((value) => ({ value })),
      returnByValue,
      awaitPromise: true,
    })
    const { exceptionDetails } = answer
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return answer
  }
}

/** Runs in the page. */
function findTerminalScreen(): object | null {
  const shown = [...document.querySelectorAll('.xterm')].find((element) => element.clientHeight > 0)
  type Fiber = { return: Fiber | null; memoizedState: Hook | null }
  type Hook = { next: Hook | null; memoizedState: { current?: object } | null }
  for (let element = shown?.parentElement; element; element = element.parentElement) {
    const key = Object.keys(element).find((name) => name.startsWith('__reactFiber$'))
    if (key === undefined) continue
    let fiber = Reflect.get(element, key) as Fiber | null
    for (; fiber; fiber = fiber.return) {
      let hook = fiber.memoizedState
      for (; hook && typeof hook === 'object' && 'next' in hook; hook = hook.next) {
        const current = hook.memoizedState?.current
        if (current && 'grid' in current && 'connection' in current) return current
      }
    }
  }
  return null
}

/** Runs in the page. */
function readCells(this: PageTerminal): Screen {
  const { baseY, cursorX, cursorY } = this.buffer.active
  const flags = ['Bold', 'Dim', 'Italic', 'Blink', 'Inverse', 'Invisible', 'Strikethrough', 'Overline'] as const
  const colour = (cell: PageCell, ground: Ground) => {
    const value = cell[`get${ground}Color`]()
    if (cell[`is${ground}RGB`]()) return [`${ground}#${value.toString(16).padStart(6, '0')}`]
    return cell[`is${ground}Palette`]() ? [`${ground}${value}`] : []
  }
  const readCell = (cell: PageCell | undefined) => {
    if (!cell) return { text: ' ', width: 1, look: '' }
    const words = flags.filter((flag) => cell[`is${flag}`]() !== 0).map(String)
    if (cell.isUnderline() !== 0) words.push(`Underline${cell.extended.underlineStyle}/${cell.extended.underlineColor}`)
    const width = cell.getWidth()
    const text = width === 0 ? '' : cell.getChars() || ' '
    // Nobody sees in which colour a blank is written.
    const seen = text !== ' ' || words.length > 0
    const look = [...words, ...(seen ? colour(cell, 'Fg') : []), ...colour(cell, 'Bg')].join(' ')
    return { text, width, look }
  }
  const cells = Array.from({ length: this.rows }, (_row, row) =>
    Array.from({ length: this.cols }, (_cell, column) =>
      readCell(this.buffer.active.getLine(baseY + row)?.getCell(column)),
    ),
  )
  return { cells, cursor: { x: cursorX, y: cursorY } }
}

/** Runs in the page. */
async function printBeside(this: PageTerminal, text: string): Promise<PageTerminal> {
  const { cols, rows } = this
  const Kind = this.constructor as new (options: object) => PageTerminal
  const beside = new Kind({ cols, rows, allowProposedApi: true, convertEol: true, scrollback: 0 })
  const widths = this._core.unicodeService._activeProvider
  beside.unicode.register(widths)
  beside.unicode.activeVersion = widths.version
  await new Promise<void>((done) => beside.write(text, done))
  return beside
}

/** Runs in the page. */
function readSelection(this: PageTerminal): string {
  return this.getSelection()
}

/** Runs in the page. */
function dispose(this: PageTerminal): void {
  this.dispose()
}

/** Runs in the page. */
function readWidths(this: PageTerminal, first: number, last: number): string {
  const widths = this._core.unicodeService._activeProvider
  return Array.from({ length: last - first + 1 }, (_, index) => widths.wcwidth(first + index)).join('')
}
