/** A session as somebody keeps it: recorded from the terminal's menu, played, downloaded and deleted again. */
import { readFile } from 'node:fs/promises'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test('record a session, play it, keep the file, and delete it', async ({ page, server, api }) => {
  const environment = await api.createEnvironment({ name: 'takes' })
  const session = await api.createSession({ environmentId: environment.id, name: 'demo' })
  await makeScreenReadable(page)
  await page.goto(server.baseUrl)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText('takes').first()).toBeVisible()
  await page.goto(`${server.baseUrl}/environments/${environment.id}`)
  const recordings = page.getByRole('region', { name: 'Recordings' }).or(page.getByLabel('Recordings'))
  await expect(recordings.getByText(/Nothing yet/)).toBeVisible()
  await page.goto(`${server.baseUrl}/environments/${environment.id}/sessions/${session.id}`)
  await expectOnScreen(page, /\$ /)

  await test.step('the menu starts it, and the bar and the tab show it', async () => {
    await page.getByRole('button', { name: 'Terminal menu' }).click()
    await page.getByRole('menuitem', { name: 'Record this session' }).click()
    await expect(page.getByText('demo is being recorded')).toBeVisible()
    await expect(page.getByTitle('Being recorded')).toHaveText(/Being recorded for 0:\d\d/)
    await expect(page.getByRole('link', { name: /demo.*being recorded/ })).toBeVisible()
  })

  await test.step('what is typed is in it', async () => {
    await typeInTerminal(page, 'printf "\\033[32mgreen-$((1 + 1))\\033[0m\\n"')
    await expectOnScreen(page, /^green-2/m)
    await keepScreenshots(page, 'recording')
  })

  await test.step('the command menu stops it', async () => {
    await page.keyboard.press('Control+Shift+K')
    await page.keyboard.type('stop recording')
    await page.keyboard.press('Enter')
    await expect(page.getByText('The recording is saved')).toBeVisible()
    await expect(page.getByTitle('Being recorded')).toBeHidden()
  })

  await test.step('it plays, and its end shows what was typed', async () => {
    await page.getByRole('button', { name: 'Play' }).click()
    await expect(page.getByRole('heading', { name: 'demo' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Play again' })).toBeVisible({ timeout: 20_000 })
    await expectOnScreen(page, /^green-2/m)
  })

  await test.step('keys go back to its beginning, play and pause, and end it', async () => {
    const position = page.getByRole('slider', { name: 'Position' })
    await page.getByRole('heading', { name: 'demo' }).click()
    await page.keyboard.press('Home')
    await expect(position).toHaveValue('0')
    await expect
      .poll(async () => (await page.locator('.xterm-accessibility-tree').textContent()) ?? '')
      .not.toMatch(/green-2/)
    await page.keyboard.press('Space')
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await page.keyboard.press('Space')
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible()
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('4')
    await position.focus()
    await page.keyboard.press('End')
    await expectOnScreen(page, /^green-2/m)
    await keepScreenshots(page, 'player')
  })

  await test.step('the list has it, to download and to delete', async () => {
    await page.getByRole('main').or(page.locator('body')).first().getByRole('link', { name: 'takes' }).first().click()
    const row = recordings.getByRole('listitem')
    await expect(row).toHaveCount(1)
    const menu = () => row.getByRole('button', { name: /^More for/ }).click()
    await menu()
    const downloading = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Download' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/^demo-\d{8}T\d{9}Z\.cast$/)
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^\{"version":2,.*\n\[/)
    await menu()
    await page.getByRole('menuitem', { name: 'Delete recording' }).click()
    await page.getByRole('button', { name: 'Delete recording' }).click()
    await expect(recordings.getByText(/Nothing yet/)).toBeVisible()
  })

  await api.removeEnvironment(environment.id)
})
