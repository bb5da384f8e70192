/** The pictures of the documentation. Kept only when asked for, so that a test run changes no file of the repository. */
import type { Page } from '@playwright/test'

const directory = new URL('../../docs/screenshots/', import.meta.url).pathname

export const keepsScreenshots = process.env.KEEP_SCREENSHOTS === '1'

/** The page as it is, in both themes. */
export async function keepScreenshots(page: Page, name: string): Promise<void> {
  if (!keepsScreenshots) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Colours change with a transition that reduced motion shortens but does not skip.
    await page.waitForTimeout(400)
    await page.screenshot({ path: `${directory}${name}-${colorScheme}.png` })
  }
}
