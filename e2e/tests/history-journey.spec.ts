/** What has scrolled away, as a person finds it again: with the wheel, with a search, and back to typing. */
import type { Page } from '@playwright/test'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { expectGoneFromScreen, expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

async function readHistory(page: Page): Promise<string[]> {
  const rows = await page.locator('.terminal-history .xterm-accessibility-tree > div').allTextContents()
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
}

const wheel = async (page: Page, deltaY: number) => {
  await page.mouse.move(700, 500)
  await page.mouse.wheel(0, deltaY)
}

test('scroll back through a flood, search it, and type on', async ({ page, server, api }) => {
  const environment = await api.createEnvironment({ name: 'floods' })
  const session = await api.createSession({ environmentId: environment.id, name: 'flood' })
  await makeScreenReadable(page)
  await page.goto(server.baseUrl)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'floods' }).or(page.getByText('floods')).first()).toBeVisible()
  await page.goto(`${server.baseUrl}/environments/${environment.id}/sessions/${session.id}`)
  await expectOnScreen(page, /\$ /)
  const history = page.getByRole('region', { name: 'History' })

  await test.step('the wheel opens it three lines up, and every line lies where it was', async () => {
    await typeInTerminal(page, 'seq -f "line %g" 1 15000; echo flood-$((1 + 1))')
    await expectOnScreen(page, /^flood-2\s*$/m)
    await page.reload()
    await expectOnScreen(page, /^flood-2\s*$/m)
    const live = await page.locator('.xterm-accessibility-tree > div').allTextContents()
    const last = live.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
    await wheel(page, -100)
    await expect(history.getByText(/15,0\d\d lines/)).toBeVisible()
    await expect.poll(async () => (await readHistory(page)).at(-1)).toBe(last.at(-4))
  })

  await test.step('its top is the first line', async () => {
    await page.keyboard.press('Home')
    await expect.poll(() => readHistory(page)).toContain('line 1')
    await expect.poll(() => readHistory(page)).toContain('line 2')
  })

  await test.step('Escape returns, and typing works', async () => {
    await page.keyboard.press('Escape')
    await expect(history).toBeHidden()
    await page.keyboard.type('echo typed-$((1 + 1))')
    await page.keyboard.press('Enter')
    await expectOnScreen(page, /^typed-2\s*$/m)
  })

  await test.step('a search finds a line in the middle', async () => {
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.type('line 7777')
    await expect(history.getByText('1 of 1')).toBeVisible()
    await expect.poll(() => readHistory(page)).toContain('line 7777')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('line 14')
    await expect(history.getByText(/ of 1,000\+|1,000\+ matches/)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(history).toBeHidden()
  })

  await test.step('scrolling to the end returns', async () => {
    await wheel(page, -100)
    await expect(history.getByText(/lines/)).toBeVisible()
    await expect(page.locator('.terminal-history')).toBeVisible()
    await expect(async () => {
      await wheel(page, 100)
      await expect(history).toBeHidden({ timeout: 100 })
    }).toPass({ timeout: 5000 })
  })

  await test.step('a typed key returns and goes to the program, also after a selection', async () => {
    await wheel(page, -100)
    await expect(page.locator('.terminal-history')).toBeVisible()
    await page.mouse.move(400, 400)
    await page.mouse.down()
    await page.mouse.move(600, 440, { steps: 5 })
    await page.mouse.up()
    await page.keyboard.type('echo again-$((1 + 1))')
    await page.keyboard.press('Enter')
    await expect(history).toBeHidden()
    await expectOnScreen(page, /^again-2\s*$/m)
  })

  await test.step('the wheel down types nothing into the shell', async () => {
    await wheel(page, 300)
    await page.waitForTimeout(500)
    await page.keyboard.type('echo clean-$((1 + 1))')
    await page.keyboard.press('Enter')
    await expectOnScreen(page, /^clean-2\s*$/m)
  })

  await test.step('in a full-screen program the wheel moves its cursor', async () => {
    await typeInTerminal(page, 'seq -f "row %g" 1 500 > /tmp/rows; LESS= less /tmp/rows')
    await expectOnScreen(page, /^row 1\s*$/m)
    await wheel(page, 100)
    await page.waitForTimeout(300)
    for (let turn = 0; turn < 5; turn++) await wheel(page, 100)
    await expectGoneFromScreen(page, /^row 1\s*$/m)
    await expect(history).toBeHidden()
    await page.keyboard.press('Control+Shift+F')
    await expect(history.getByText(/uses the whole screen/)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(history).toBeHidden()
  })

  await api.removeEnvironment(environment.id)
})
