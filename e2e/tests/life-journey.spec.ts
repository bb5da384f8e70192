/** The life of an environment as a person sees it: stopped and started, lost and brought back, renamed, kept awake. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectGoneFromScreen, expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

const run = promisify(execFile)

test('stop, start, lose, find again, rename, keep awake', async ({ page, api, server }) => {
  const { id } = await api.createEnvironment({ name: 'workshop' })
  const session = await api.createSession({ environmentId: id, name: 'main' })
  const environmentUrl = `${server.baseUrl}/environments/${id}`
  await makeScreenReadable(page)
  await page.goto(environmentUrl)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  const activity = page.getByLabel('Activity')

  await test.step('stop it after being told what ends, and start it again', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    const dialog = page.getByRole('alertdialog')
    await expect(dialog).toContainText('The workspace is kept')
    await dialog.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect(page.getByText('Stopped', { exact: true }).first()).toBeVisible()
    await keepScreenshots(page, 'stopped')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page.getByRole('button', { name: /open terminal/i })).toBeVisible({ timeout: 20_000 })
    await expect(page.getByText('Restored').first()).toBeVisible()
    await expect(activity).toContainText('Started')
    await expect(activity).toContainText('Stopped')
    await expect(activity).toContainText('Created')
  })

  await test.step('lose the container under an open terminal, and find it again without a click', async () => {
    await page.goto(`${environmentUrl}/sessions/${session.id}`)
    await expectOnScreen(page, /\$ /)
    await typeInTerminal(page, 'echo precious > /workspace/file; echo before-$((40 + 2))')
    await expectOnScreen(page, /before-42/)
    await run('docker', ['kill', `craftastic-${id}`])
    await expectGoneFromScreen(page, /before-42/, { timeout: 30_000 })
    await expectOnScreen(page, /A new shell: the container had ended[^]*\$ /)
    await typeInTerminal(page, 'cat /workspace/file')
    await expectOnScreen(page, /^precious/m)
    await page.goto(environmentUrl)
    await expect(page.getByText(/The container was killed\. It was started again/)).toBeVisible()
    await expect(activity).toContainText('Brought back')
    await keepScreenshots(page, 'brought-back')
    await page.getByRole('button', { name: /dismiss/i }).click()
    await expect(page.getByText(/The container was killed\. It was started again/)).toBeHidden()
    await page.reload()
    await expect(activity).toContainText('Brought back')
    await expect(page.getByText(/The container was killed\. It was started again/)).toBeHidden()
  })

  await test.step('rename it', async () => {
    await page.getByRole('button', { name: 'More for workshop' }).last().click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('atelier')
    await page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('heading', { name: 'atelier' })).toBeVisible()
  })

  await test.step('have it stopped when idle, and keep it awake', async () => {
    const idleStop = page.getByLabel('Idle stop').first()
    await idleStop.getByRole('combobox').selectOption({ label: '30 min' })
    await idleStop.getByRole('button', { name: 'Hold for 2 hours' }).click()
    await expect(idleStop).toContainText('Held awake')
    await idleStop.getByRole('button', { name: 'Release' }).click()
    await expect(idleStop.getByRole('button', { name: 'Hold for 2 hours' })).toBeVisible()
    await page.reload()
    await expect(idleStop.getByRole('combobox')).toHaveValue('30')
  })

  await api.removeEnvironment(id)
})
