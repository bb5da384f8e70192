/** A session in front of a person: what they press, what they see, and what tmux says that they should see. */
import type { Page } from '@playwright/test'
import type { Session } from '@craftastic/contract'
import { expect } from './fixtures.ts'
import { TerminalCells, type Screen } from './terminal-cells.ts'
import { askTmux } from './tmux.ts'

export class ShownSession {
  readonly page: Page
  readonly session: Session
  readonly #url: string
  #cells: Promise<TerminalCells> | null = null

  constructor(page: Page, session: Session, baseUrl: string) {
    this.page = page
    this.session = session
    this.#url = `${baseUrl}/environments/${session.environmentId}/sessions/${session.id}`
  }

  async open(): Promise<this> {
    await this.page.goto(this.#url)
    this.#cells = null
    await this.expectText(/\$$/m)
    return this
  }

  /** A redraw of everything by tmux, instead of what a program wrote step by step. */
  async reload(): Promise<void> {
    await this.page.reload()
    this.#cells = null
    await expect.poll(() => this.text()).toMatch(/\S/)
  }

  cells(): Promise<TerminalCells> {
    this.#cells ??= TerminalCells.of(this.page)
    return this.#cells
  }

  async read(): Promise<Screen> {
    return (await this.cells()).read()
  }

  async text(): Promise<string> {
    const { cells } = await this.read()
    return cells.map(textOf).join('\n')
  }

  async expectText(pattern: RegExp, options: { timeout?: number } = {}): Promise<void> {
    await expect.poll(() => this.text(), { intervals: [50], timeout: 15_000, ...options }).toMatch(pattern)
  }

  async run(command: string): Promise<void> {
    await this.page.getByRole('textbox', { name: /^Terminal/ }).focus()
    await this.page.keyboard.type(command)
    await this.page.keyboard.press('Enter')
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** The middle of a cell on the page, in pixels. */
  async placeOf(row: number, column: number): Promise<{ x: number; y: number }> {
    const { cells } = await this.read()
    const box = await this.page.locator('.xterm-screen').filter({ visible: true }).boundingBox()
    if (!box) throw new Error('the terminal is not on show')
    const cellWidth = box.width / (cells[0]?.length ?? 1)
    return { x: box.x + (column + 0.5) * cellWidth, y: box.y + ((row + 0.5) * box.height) / cells.length }
  }

  async askTmux(format: string): Promise<string> {
    const target = `=${this.session.tmuxSessionName}:`
    return (await askTmux(this.session.environmentId, 'display-message', '-p', '-t', target, format)).trimEnd()
  }

  /** Cell for cell, with colours, attributes and the cursor. */
  async expectSameAsTmux(): Promise<void> {
    await expect.poll(() => this.#differences(), { intervals: [100], timeout: 10_000 }).toEqual([])
  }

  async #differences(): Promise<string[]> {
    const target = `=${this.session.tmuxSessionName}:`
    const captured = await askTmux(this.session.environmentId, 'capture-pane', '-p', '-e', '-N', '-t', target)
    const cursor = await this.askTmux('#{cursor_x} #{cursor_y}')
    // tmux 3.5a captures an overline (53) as a kind of the attribute 5, and line drawing as the set G1.
    const text = captured.replaceAll('\x1b[5:3m', '\x1b[53m').replace(/\n$/, '')
    const expected = await (await this.cells()).print(`\x1b)0${text}`)
    const shown = await this.read()
    const differences = shown.cells.flatMap((row, y) =>
      row.flatMap((cell, x) => {
        const [is, should] = [cell, expected.cells[y]?.[x]].map((one) => JSON.stringify(one))
        return is === should ? [] : [`${y},${x}: ${is} instead of ${should}`]
      }),
    )
    if (`${shown.cursor.x} ${shown.cursor.y}` !== cursor) {
      differences.push(`the cursor is at ${shown.cursor.x} ${shown.cursor.y} instead of ${cursor}`)
    }
    return differences.slice(0, 5)
  }
}

export function textOf(row: Screen['cells'][number]): string {
  return row
    .map(({ text }) => text)
    .join('')
    .trimEnd()
}
