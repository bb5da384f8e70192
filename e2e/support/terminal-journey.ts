/** What journeys through terminals share: getting into one, and finding text on its screen. */
import type { Page } from '@playwright/test'
import { admin } from '@craftastic/testing/server-process'
import { expect } from './fixtures.ts'
import { expectOnScreen } from './terminal-page.ts'

export async function signInAt(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expectOnScreen(page, /\$ /, { timeout: 40_000 })
}

/** Middle of the last place where the screen shows `text`, in pixels of the page. */
export async function findOnScreen(page: Page, text: string, within = ''): Promise<{ x: number; y: number }> {
  const rows = page.locator(`${within} .xterm-accessibility-tree > div`)
  const screen = await page.locator(`${within} .xterm-screen`).last().boundingBox()
  const columns = await page.locator(`${within} .xterm`).last().evaluate(countColumns)
  const lines = (await rows.allTextContents()).map((line) => line.replaceAll('\u00a0', ' '))
  const row = lines.findLastIndex((line) => line.includes(text))
  expect(row, `"${text}" is on the screen`).toBeGreaterThanOrEqual(0)
  const column = (lines[row] ?? '').lastIndexOf(text) + text.length / 2
  if (!screen) throw new Error('no screen is shown')
  return { x: screen.x + (column * screen.width) / columns, y: screen.y + ((row + 0.5) * screen.height) / lines.length }
}

/** A screen as wide as it is has this many cells of the letter's width. */
function countColumns(terminal: Element): number {
  const screen = terminal.querySelector('.xterm-screen')
  const measure = document.createElement('span')
  measure.textContent = 'W'.repeat(100)
  measure.style.cssText = "position:absolute;visibility:hidden;font:14px 'JetBrains Mono Variable'"
  document.body.append(measure)
  const cell = measure.getBoundingClientRect().width / 100
  measure.remove()
  return Math.round((screen?.getBoundingClientRect().width ?? 0) / cell)
}
