/**
 * The history of a terminal in an xterm.js of its own, laid over the live one. What is written into it comes from
 * programs and is not trusted: it answers no queries, because nobody listens to its input, knows no clipboard and no
 * title, and opens the same links as the live terminal.
 */
import { SearchAddon } from '@xterm/addon-search'
import type { Terminal } from '@xterm/xterm'
import { copyOnSelect } from './copy-on-select'
import { scrollWithFinger } from './finger-scroll'
import { leaveLink } from './terminal-link'
import type { TerminalGrid } from './terminal-overlay'
import { WebglRenderer } from './webgl-renderer'
import { applyLook, createTerminal, type TerminalLook } from './xterm'

/** What has opened the history: a turn of the wheel, a key for a page, or a search. */
export type HistoryStart = 'step' | 'page' | 'search'

export interface HistoryMatches {
  /** Place of the current one from the top; null where there are too many to tell. */
  current: number | null
  count: number
  /** There are more than were counted. */
  more: boolean
}

export interface HistoryScreenOptions {
  look: TerminalLook
  grid: TerminalGrid
  /** Somebody has scrolled down to the end. */
  onEnd(): void
  /** A key that reached this terminal: it has the focus only while its context menu is open. */
  onKey(event: KeyboardEvent): void
  onMatches(matches: HistoryMatches): void
  /** The browser refused to copy what was selected. */
  onCopyBlocked(text: string): void
}

/** tmux keeps up to 20,000 lines as wide as the pane was; a narrower window makes more of them. */
const scrollback = 200_000
const countedMatches = 1000
/** As a wheel of a mouse turns. */
const wheelStepLines = 3

/** The letters that tmux prints for lines and boxes, between SO and SI, are in this set: G1 is DEC special graphics. */
const designateGraphics = '\x1b)0'

const matchColours = {
  dark: { match: '#5a4a1e', active: '#8a6a14' },
  light: { match: '#ffe9ad', active: '#ffc94d' },
}

export class HistoryScreen {
  readonly #terminal: Terminal
  readonly #webgl: WebglRenderer
  readonly #search = new SearchAddon({ highlightLimit: countedMatches })
  readonly #options: HistoryScreenOptions
  #look: TerminalLook
  #leftEnd = false
  #finding = false
  #found: { text: string; caseSensitive: boolean } | null = null

  constructor(element: HTMLElement, options: HistoryScreenOptions) {
    this.#options = options
    this.#look = options.look
    const { terminal } = createTerminal(options.look, { scrollback, disableStdin: true, cursorInactiveStyle: 'none' })
    this.#terminal = terminal
    this.#webgl = new WebglRenderer(terminal)
    terminal.loadAddon(this.#search)
    terminal.open(element)
    terminal.textarea?.setAttribute('aria-label', 'History of the terminal')
    terminal.textarea?.setAttribute('tabindex', '-1')
    this.#webgl.show()
    this.#showSelection()
    this.resize(options.grid)
    terminal.attachCustomKeyEventHandler((event) => {
      options.onKey(event)
      return false
    })
    scrollWithFinger(element, {
      cellHeightPx: () => options.grid.cellHeightPx,
      onLines: (lines) => this.scroll(lines),
      flicks: true,
    })
    copyOnSelect(terminal, element, options.onCopyBlocked)
    terminal.onScroll(() => this.#noteScroll())
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => {
      const more = resultCount >= countedMatches
      options.onMatches({ current: resultIndex < 0 ? null : resultIndex + 1, count: resultCount, more })
    })
  }

  /** Fills it, and scrolls up by what has opened it. */
  async show(text: string, start: HistoryStart): Promise<void> {
    const lines = text.replace(/\n$/, '').replaceAll('\n', '\r\n')
    await new Promise<void>((resolve) => this.#terminal.write(designateGraphics + lines, resolve))
    if (start === 'step') this.scroll(-wheelStepLines)
    else if (start === 'page') this.scrollPages(-1)
  }

  /** Over a live terminal of this size, without the rows that the bar covers. */
  resize(grid: TerminalGrid): void {
    this.#terminal.resize(grid.cols, Math.max(1, grid.rows - coveredRows(grid)))
  }

  setLook(look: TerminalLook): void {
    const recolours = look.scheme !== this.#look.scheme
    this.#look = look
    applyLook(this.#terminal, look)
    this.#showSelection()
    const found = this.#found
    if (!recolours || !found) return
    // Matches keep the colours that they were marked with.
    this.#search.clearDecorations()
    this.find(found.text, 'up', found.caseSensitive)
  }

  scroll(lines: number): void {
    this.#terminal.scrollLines(lines)
  }

  scrollPages(pages: number): void {
    this.scroll(pages * Math.max(1, this.#terminal.rows - 1))
  }

  scrollToEdge(direction: -1 | 1): void {
    if (direction < 0) this.#terminal.scrollToTop()
    else this.#terminal.scrollToBottom()
  }

  get selection(): string {
    return this.#terminal.getSelection()
  }

  /** Goes to the match above or below the current one; the first one is the lowest. */
  find(text: string, direction: 'up' | 'down', caseSensitive: boolean): void {
    this.#found = { text, caseSensitive }
    const { match, active } = matchColours[this.#look.scheme.tone]
    const decorations = {
      matchBackground: match,
      activeMatchBackground: active,
      activeMatchBorder: active,
      matchOverviewRuler: match,
      activeMatchColorOverviewRuler: active,
    }
    // A match at the end scrolls there, too: that is not leaving.
    this.#finding = true
    if (direction === 'up') this.#search.findPrevious(text, { caseSensitive, decorations })
    else this.#search.findNext(text, { caseSensitive, decorations })
    this.#finding = false
  }

  /** Begins a search anew, from the bottom. */
  forgetMatches(): void {
    this.#found = null
    this.#search.clearDecorations()
    this.#terminal.clearSelection()
  }

  dispose(): void {
    leaveLink()
    this.#webgl.hide()
    this.#terminal.dispose()
  }

  /** The focus is never here, and what is selected is to be seen all the same. */
  #showSelection(): void {
    const { theme } = this.#terminal.options
    if (theme) this.#terminal.options.theme = { ...theme, selectionInactiveBackground: theme.selectionBackground }
  }

  #noteScroll(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active
    const atEnd = viewportY >= baseY
    if (atEnd && this.#leftEnd && !this.#finding) this.#options.onEnd()
    this.#leftEnd = !atEnd
  }
}

/** Rows that a bar of this height takes, whole ones, so that every line stays where the live terminal shows it. */
export function coveredRows({ cellHeightPx }: TerminalGrid): number {
  return cellHeightPx > 0 ? Math.ceil(barHeightPx / cellHeightPx) : 0
}

const barHeightPx = 40
