/**
 * WebGL is leased: only terminals on show hold a context, and without one the DOM draws. Where no graphics card is, as
 * here, Chromium draws WebGL with the processor, which the app declines; so what tells it that is left out.
 */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/fixtures.ts'
import { signInAt } from '../support/terminal-journey.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test.use({
  viewport: { width: 700, height: 400 },
  launchOptions: {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic'],
  },
})

declare global {
  interface Window {
    contexts: WebGL2RenderingContext[]
  }
}

const liveContexts = (page: Page) =>
  expect.poll(() => page.evaluate(() => window.contexts.filter((context) => !context.isContextLost()).length))

test('twelve visited terminals hold one context, and text stays when that is lost', async ({ page, api, server }) => {
  const environment = await api.createEnvironment({ name: 'many' })
  const ids: string[] = []
  for (let index = 1; index <= 12; index += 1) {
    ids.push((await api.createSession({ environmentId: environment.id, name: `s${index}` })).id)
  }
  await makeScreenReadable(page)
  await page.addInitScript(() => {
    window.contexts = []
    const getContext = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, wish?: object) {
      const context: unknown = Reflect.apply(getContext, this, [kind, { ...wish, failIfMajorPerformanceCaveat: false }])
      if (context instanceof WebGL2RenderingContext && !window.contexts.includes(context)) window.contexts.push(context)
      return context
    } as typeof getContext
    const getParameter = WebGL2RenderingContext.prototype.getParameter
    WebGL2RenderingContext.prototype.getParameter = function (name: number) {
      const unmaskedRenderer = 0x9246
      return name === unmaskedRenderer ? 'A graphics card' : (Reflect.apply(getParameter, this, [name]) as unknown)
    }
  })
  await signInAt(page, `${server.baseUrl}/environments/${environment.id}/sessions/${ids[0]}`)
  await liveContexts(page).toBe(1)

  const tabs = page.getByRole('navigation', { name: 'Sessions', exact: true }).getByRole('link')
  for (const index of ids.keys()) {
    await tabs.nth(index).click()
    await expect(page).toHaveURL(new RegExp(`${ids[index]}`))
    await expect(page.locator('.xterm:visible canvas')).not.toHaveCount(0)
    await liveContexts(page).toBe(1)
  }

  await page.keyboard.press('Control+1')
  await expect(page).toHaveURL(new RegExp(`${ids[0]}`))
  await typeInTerminal(page, 'echo before-$((1+1))')
  await expectOnScreen(page, /^before-2/m)
  await expect(page.locator('.xterm:visible .xterm-rows > div')).toHaveCount(0)
  await page.evaluate(() => {
    for (const context of window.contexts) context.getExtension('WEBGL_lose_context')?.loseContext()
  })
  // xterm.js gives a lost context a while to come back by itself.
  await expect(page.locator('.xterm:visible .xterm-rows')).toContainText('before-2', { timeout: 20_000 })
  await typeInTerminal(page, 'echo after-$((1+1))')
  await expect(page.locator('.xterm:visible .xterm-rows')).toContainText('after-2')
  await liveContexts(page).toBe(0)
  await api.removeEnvironment(environment.id)
})
