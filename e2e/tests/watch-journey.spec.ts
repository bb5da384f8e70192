/** Two people in one session: one types, the other only watches, sees who is there, and takes part when asked to. */
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test('somebody watches a terminal without typing into it, then takes part', async ({ page, browser, api, server }) => {
  const environment = await api.createEnvironment({ name: 'pairing' })
  const session = await api.createSession({ environmentId: environment.id, name: 'review' })
  const path = `${server.baseUrl}/environments/${environment.id}/sessions/${session.id}`
  const signIn = async (where: typeof page) => {
    await where.getByLabel('Email').fill(admin.email)
    await where.getByLabel('Password', { exact: true }).fill(admin.password)
    await where.keyboard.press('Enter')
    await expectOnScreen(where, /\$ /)
  }
  await makeScreenReadable(page)
  await page.goto(path)
  await signIn(page)
  await expect(page.getByText(/watching/)).toHaveCount(0)

  const other = await (await browser.newContext({ viewport: { width: 900, height: 500 } })).newPage()
  await makeScreenReadable(other)
  await other.goto(`${path}?mode=view`)
  await signIn(other)
  await expect(other.getByText('View only')).toBeVisible()
  await typeInTerminal(page, 'echo seen-by-$((1+1)); tput cols')
  await expectOnScreen(other, /seen-by-2/)
  await other.keyboard.type('echo never-typed')
  await expect(other.getByText(/only watching/)).toBeVisible()
  await keepScreenshots(page, 'watching')
  await keepScreenshots(other, 'view-only')
  await expectOnScreen(page, /seen-by-2/)
  await expect(page.locator('.xterm-accessibility-tree')).not.toContainText('never-typed')

  await other.getByRole('button', { name: 'Take part' }).click()
  await expect(other.getByText('View only')).toHaveCount(0)
  await typeInTerminal(other, 'echo both-$((2+2))')
  await expectOnScreen(page, /both-4/)
  await other.context().close()
  await expect(page.getByText(/watching/)).toHaveCount(0)
  await api.removeEnvironment(environment.id)
})
