/**
 * What is on the screen of a terminal. It is painted on a canvas, so the text is read where a screen reader reads it:
 * the option for screen readers is on.
 */
import type { Page } from '@playwright/test'
import { expect } from './fixtures.ts'

/** Must run before the page is opened. */
export async function makeScreenReadable(page: Page): Promise<void> {
  await page.addInitScript(() => localStorage.setItem('craftastic.terminal.screenReader', 'true'))
}

export async function expectOnScreen(page: Page, pattern: RegExp, options: { timeout?: number } = {}): Promise<void> {
  await expect.poll(() => readScreen(page), { timeout: 15_000, ...options }).toMatch(pattern)
}

export async function expectGoneFromScreen(
  page: Page,
  pattern: RegExp,
  options: { timeout?: number } = {},
): Promise<void> {
  await expect.poll(() => readScreen(page), { timeout: 15_000, ...options }).not.toMatch(pattern)
}

/** Its rows, from the top. */
export async function readScreen(page: Page): Promise<string> {
  const rows = await page.locator('.xterm-accessibility-tree > div').allTextContents()
  return rows.join('\n').replaceAll('\u00a0', ' ')
}

/** Types into the terminal as a keyboard would. */
export async function typeInTerminal(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Terminal/ }).focus()
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}
