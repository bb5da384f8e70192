/** One shares a session, another user of the server watches it, is let type, and loses it again. */
import { User } from '@craftastic/contract'
import type { Page } from '@playwright/test'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectGoneFromScreen, expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

const grace = { email: 'grace@example.com', name: 'Grace Hopper', password: 'a compiler for everybody' }

test('somebody shares a session by email; the other watches, is let type, and is sent away', async ({
  page,
  browser,
  api,
  server,
}) => {
  await api.expect(201, User, 'POST', '/api/users', { body: grace })
  const environment = await api.createEnvironment({ name: 'web-shop' })
  const session = await api.createSession({ environmentId: environment.id, name: 'review' })
  const path = `${server.baseUrl}/environments/${environment.id}/sessions/${session.id}`
  const signIn = async (where: Page, { email, password }: { email: string; password: string }) => {
    await where.getByLabel('Email').fill(email)
    await where.getByLabel('Password', { exact: true }).fill(password)
    await where.keyboard.press('Enter')
  }
  const shared = (where: Page) => where.getByRole('region', { name: 'Shared with you' })

  await makeScreenReadable(page)
  await page.goto(path)
  await signIn(page, admin)
  await expectOnScreen(page, /\$ /, { timeout: 60_000 })
  const other = await (await browser.newContext({ viewport: { width: 1200, height: 700 } })).newPage()
  await makeScreenReadable(other)
  await other.goto(server.baseUrl)
  await signIn(other, grace)
  await expect(other.getByRole('heading', { name: 'No environments yet' })).toBeVisible()
  await expect(shared(other)).toHaveCount(0)

  await page.getByRole('button', { name: 'Terminal menu' }).click()
  await page.getByRole('menuitem', { name: 'Share…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Share review' })
  await expect(dialog.getByText('Nobody but you.')).toBeVisible()
  await dialog.getByLabel('Email').fill('nobody@example.com')
  await page.keyboard.press('Enter')
  await expect(dialog.getByText('Nobody on this server signs in with "nobody@example.com"')).toBeVisible()
  await dialog.getByLabel('Email').fill(grace.email)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('listitem')).toContainText(grace.name)
  await keepScreenshots(page, 'sharing')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)

  await shared(other)
    .getByRole('link', { name: /review/ })
    .click()
  await expect(other).toHaveURL(`${server.baseUrl}/shared/${session.id}`)
  await expect(other.getByText('View only')).toBeVisible()
  await expect(other.getByText('web-shop, shared by')).toBeVisible()
  await expect(other.getByRole('button', { name: 'Take part' })).toHaveCount(0)
  await typeInTerminal(page, 'echo seen-by-$((1+1))')
  await expectOnScreen(other, /seen-by-2/)
  await other.getByRole('textbox', { name: 'Terminal, review' }).focus()
  await other.keyboard.type('echo never-typed')
  await expect(other.getByText(/only watching/)).toBeVisible()
  await page.getByRole('button', { name: '2 watching' }).focus()
  await expect(page.getByRole('tooltip')).toContainText('Grace Hopper: view only')
  await keepScreenshots(other, 'shared-session')
  await expect(page.locator('.xterm-accessibility-tree')).not.toContainText('never-typed')

  await page.getByRole('button', { name: 'Terminal menu' }).click()
  await page.getByRole('menuitem', { name: 'Share…' }).click()
  await dialog.getByLabel('What Grace Hopper may do').selectOption('May type')
  await expect(other.getByText(/lets you type now/)).toBeVisible()
  await expect(other.getByText('View only')).toHaveCount(0)
  await expectOnScreen(other, /seen-by-2/)
  await typeInTerminal(other, 'clear; echo typed-by-grace-$((2+2))')
  await expectOnScreen(page, /typed-by-grace-4/)

  await dialog.getByLabel('What Grace Hopper may do').selectOption('May watch')
  await expect(other.getByText('View only')).toBeVisible()
  await expectOnScreen(other, /typed-by-grace-4/)

  // The address of the owner's page leads to one's own.
  await other.goto(path)
  await expect(other).toHaveURL(`${server.baseUrl}/shared/${session.id}`)
  await expectOnScreen(other, /typed-by-grace-4/, { timeout: 60_000 })
  await dialog.getByRole('button', { name: 'Remove Grace Hopper' }).click()
  await expect(dialog.getByText('Nobody but you.')).toBeVisible()
  await expect(other.getByRole('heading', { name: 'This session is not shared with you' })).toBeVisible()
  await expect(shared(other)).toHaveCount(0)
  await page.keyboard.press('Escape')
  await typeInTerminal(page, 'clear; echo alone-$((3+3))')
  await expectOnScreen(page, /alone-6/)
  await expectGoneFromScreen(page, /typed-by-grace/)
  await expect(page.getByText(/watching/)).toHaveCount(0)
  await other.context().close()
  await api.removeEnvironment(environment.id)
})
