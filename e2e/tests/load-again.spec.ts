/** Code of a page that does not come, as after an update of the server or in a moment without network. */
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'

test('a page whose code does not come loads itself again, and says so when that does not help', async ({
  page,
  server,
}) => {
  let refusals = 1
  await page.route(/\/assets\/GitSettingsPage-.*\.js$/, (route) => {
    refusals -= 1
    return refusals >= 0 ? route.abort('failed') : route.continue()
  })
  await page.goto(server.baseUrl)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  const open = async () => {
    await page.getByRole('button', { name: /your menu$/ }).click()
    await page.getByRole('menuitem', { name: 'Git tokens' }).click()
  }
  await open()
  await expect(page.getByRole('heading', { name: 'Git tokens' })).toBeVisible()

  refusals = 2
  await page.goto(server.baseUrl)
  await open()
  await expect(page.getByText('A part of this page could not be loaded')).toBeVisible()
  refusals = 0
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Git tokens' })).toBeVisible()
})
