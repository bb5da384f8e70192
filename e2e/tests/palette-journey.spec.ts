/** Getting about by keyboard: the palette, a new terminal, the order of tabs; what belongs to programs stays theirs. */
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test('everything is reached by keyboard, and Ctrl+K in a terminal is the shell’s', async ({ page, api, server }) => {
  const environment = await api.createEnvironment({ name: 'web-shop' })
  const tests = await api.createSession({ environmentId: environment.id, name: 'tests' })
  const agent = await api.createSession({ environmentId: environment.id, name: 'agent' })
  const pathOf = ({ id }: { id: string }) => `${server.baseUrl}/environments/${environment.id}/sessions/${id}`
  const focusedTerminal = page.locator('.xterm textarea:focus')
  const tabs = page.getByRole('navigation', { name: 'Sessions', exact: true }).getByRole('link')

  await makeScreenReadable(page)
  await page.goto(pathOf(tests))
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expectOnScreen(page, /\$ /)

  await page.keyboard.type('echo kept-cut')
  for (let step = 0; step < '-cut'.length; step += 1) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Enter')
  await expectOnScreen(page, /^kept\s*$/m)
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await page.keyboard.press('Control+Shift+K')
  await expect(page.getByRole('dialog', { name: 'Find' })).toBeVisible()
  await keepScreenshots(page, 'palette')
  await page.keyboard.press('Escape')
  await expect(focusedTerminal).toHaveCount(1)
  await page.keyboard.press('Control+Shift+K')
  await page.keyboard.type('agent')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(pathOf(agent))
  await expect(page.getByRole('textbox', { name: 'Terminal, agent' })).toBeFocused()

  await page.keyboard.press('Control+Shift+Enter')
  await expect(tabs).toHaveCount(3)
  await expect(page.getByRole('textbox', { name: 'Terminal, Terminal 1' })).toBeFocused()
  await tabs.nth(2).dragTo(tabs.nth(0), { targetPosition: { x: 4, y: 10 } })
  await expect(tabs).toHaveText([/Terminal 1/, /tests/, /agent/])
  await page.keyboard.press('Control+Shift+M')
  await page.keyboard.press('Control+Shift+ArrowRight')
  await expect(tabs).toHaveText([/tests/, /Terminal 1/, /agent/])
  await page.keyboard.press('Control+Shift+ArrowRight')
  await expect(tabs).toHaveText([/tests/, /agent/, /Terminal 1/])
  await page.reload()
  await expect(tabs).toHaveText([/tests/, /agent/, /Terminal 1/])
  await page.keyboard.press('Control+1')
  await expect(page).toHaveURL(pathOf(tests))
  await typeInTerminal(page, 'echo done-$((1+1))')
  await expectOnScreen(page, /done-2/)

  await page.keyboard.press('Control+Shift+Backslash')
  await expect(page).toHaveURL(/\?beside=/)
  const sides = page.locator('.xterm:visible')
  await expect(sides).toHaveCount(2)
  await page.keyboard.press('Control+2')
  await expect(page).toHaveURL(`${pathOf(tests)}?beside=${agent.id}`)
  await page.reload()
  await expect(sides).toHaveCount(2)
  await expect(page.getByRole('textbox', { name: 'Terminal, tests' })).toBeFocused()
  await page.keyboard.press('Control+Shift+Backslash')
  await expect(page.getByRole('textbox', { name: 'Terminal, agent' })).toBeFocused()
  await page.keyboard.type('echo columns-$(tput cols)')
  await page.keyboard.press('Enter')
  // Half of the page holds fewer columns than the whole.
  await expectOnScreen(page, /columns-(6|7)\d\b/)
  await keepScreenshots(page, 'split')
  await page.getByRole('button', { name: 'Close tests on this side' }).click()
  await expect(page).toHaveURL(pathOf(agent))
  await expect(sides).toHaveCount(1)
  await expect(page.getByRole('textbox', { name: 'Terminal, agent' })).toBeFocused()

  await api.deleteEnvironment(environment.id)
})
