/** A terminal under a finger: the keys that a phone's keyboard lacks, scrolling, and links without Ctrl. */
import { devices, type CDPSession } from '@playwright/test'
import { expect, test } from '../support/fixtures.ts'
import { findOnScreen, signInAt } from '../support/terminal-journey.ts'
import { expectGoneFromScreen, expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test.use({
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  userAgent: devices['Pixel 7'].userAgent,
})

interface Point {
  x: number
  y: number
}

/** A finger put down, moved in small steps, and lifted. */
async function swipe(devtools: CDPSession, from: Point, by: Partial<Point>): Promise<void> {
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Point[]) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints })
  const steps = 15
  await send('touchStart', [from])
  for (let step = 1; step <= steps; step += 1) {
    const part = step / steps
    await send('touchMove', [{ x: from.x + (by.x ?? 0) * part, y: from.y + (by.y ?? 0) * part }])
  }
  await send('touchEnd', [])
}

test('a finger types, scrolls and follows links', async ({ page, context, api, server }) => {
  const environment = await api.createEnvironment({ name: 'pocket' })
  const sessions = []
  for (const name of ['first', 'second', 'third', 'fourth', 'fifth']) {
    sessions.push(await api.createSession({ environmentId: environment.id, name: `${name} session` }))
  }
  await makeScreenReadable(page)
  await signInAt(page, `${server.baseUrl}/environments/${environment.id}/sessions/${sessions[0]?.id}`)
  const devtools = await context.newCDPSession(page)
  const key = (name: string) => page.getByRole('toolbar', { name: 'Keys' }).getByRole('button', { name, exact: true })

  await test.step('the bar has the keys; Ctrl and Alt count for the next one', async () => {
    await typeInTerminal(page, 'cat -v')
    await key('Escape').tap()
    await key('Up').tap()
    await key('Control').tap()
    await expect(key('Control')).toHaveAttribute('aria-pressed', 'true')
    await key('Left').tap()
    await expect(key('Control')).toHaveAttribute('aria-pressed', 'false')
    await key('Alt').tap()
    await page.keyboard.type('b')
    await key('Control').tap()
    await page.keyboard.type('g')
    await page.keyboard.type('x')
    await page.keyboard.press('Enter')
    await expectOnScreen(page, /\^\[\^\[\[A\^\[\[1;5D\^\[b\^Gx/)
    await key('Control C').tap()
    await typeInTerminal(page, 'echo back-$((1+1))')
    await expectOnScreen(page, /^back-2/m)
  })

  await test.step('a swipe opens the history, the next ones scroll it, the end closes it', async () => {
    await typeInTerminal(page, 'seq -f "line %g" 1 300')
    await expectOnScreen(page, /^line 300/m)
    const history = page.locator('.terminal-history')
    await swipe(devtools, { x: 200, y: 300 }, { y: 200 })
    await expect(history).toBeVisible()
    const lines = history.locator('.xterm-accessibility-tree')
    await expect(lines).toContainText('line 29')
    await swipe(devtools, { x: 200, y: 300 }, { y: 400 })
    await expect(lines).not.toContainText('line 290')
    await expect(async () => {
      await swipe(devtools, { x: 200, y: 700 }, { y: -500 })
      await expect(history).toHaveCount(0, { timeout: 500 })
    }).toPass()
  })

  await test.step('in a full-screen program a swipe moves its lines', async () => {
    await typeInTerminal(page, 'seq -f "row %g" 1 500 > /tmp/rows; LESS= less /tmp/rows')
    await expectOnScreen(page, /^row 1\s*$/m)
    await expect(async () => {
      await swipe(devtools, { x: 200, y: 600 }, { y: -300 })
      await expectGoneFromScreen(page, /^row 1\s*$/m, { timeout: 1000 })
    }).toPass()
    await page.keyboard.type('q')
  })

  await test.step('a swipe over the tabs shows the others', async () => {
    const last = page.getByRole('navigation', { name: 'Sessions', exact: true }).getByRole('link').last()
    await expect(last).not.toBeInViewport()
    await swipe(devtools, { x: 200, y: 24 }, { x: -600 })
    await expect(last).toBeInViewport()
  })

  await test.step('a tap on a link offers to open it', async () => {
    await typeInTerminal(page, `clear; echo ${server.baseUrl}/login?tap`)
    await expectOnScreen(page, /^http.*tap/m)
    const link = await findOnScreen(page, '/login?tap')
    await page.touchscreen.tap(link.x, link.y)
    const hint = page.getByRole('tooltip')
    await expect(hint).toContainText('/login?tap')
    const [opened] = await Promise.all([context.waitForEvent('page'), hint.getByRole('button', { name: 'Open' }).tap()])
    expect(opened.url()).toBe(`${server.baseUrl}/login?tap`)
  })

  await api.removeEnvironment(environment.id)
})
