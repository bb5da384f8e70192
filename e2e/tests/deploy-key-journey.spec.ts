/** A private repository over SSH, as somebody opens it: the host refuses, the key is added there, the retry clones. */
import { admin, startServer } from '@craftastic/testing/server-process'
import { startSshGitServer } from '@craftastic/testing/ssh-git-server'
import { expect, test } from '@playwright/test'
import { keepScreenshots } from '../support/screenshots.ts'

test('open a private repository with a deploy key', async ({ page, context }) => {
  test.setTimeout(180_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const host = await startSshGitServer()
  const server = await startServer({ GIT_ALLOWED_HOSTS: `${host.origin},github.com` })
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  try {
    await page.goto(server.baseUrl)
    await page.getByLabel('Email').fill(admin.email)
    await page.getByLabel('Password', { exact: true }).fill(admin.password)
    await page.keyboard.press('Enter')
    await page
      .getByRole('main')
      .getByRole('button', { name: /environment/i })
      .first()
      .click()
    await page.getByLabel('Repository URL').fill(host.url)
    await expect(page.getByText(/^Over SSH: the environment gets a deploy key/)).toBeVisible()
    await expect(page.getByLabel('Name')).toHaveValue('private')
    await page.getByRole('button', { name: 'Create environment' }).click()

    const failure = page.getByRole('region', { name: 'What failed' })
    await expect(failure.getByText(/does not let the deploy key of this environment read/)).toBeVisible({
      timeout: 60_000,
    })
    await expect(failure.getByText(/^ssh-ed25519 /)).toBeVisible()
    await keepScreenshots(page, 'deploy-key-failed')
    await page.setViewportSize({ width: 390, height: 844 })
    await keepScreenshots(page, 'phone-deploy-key-failed')
    await page.setViewportSize({ width: 1440, height: 900 })
    await failure.getByRole('button', { name: 'Copy the public key' }).click()
    await expect.poll(copied).toMatch(/^ssh-ed25519 /)
    await host.allow(await copied())
    await failure.getByRole('button', { name: 'Retry' }).click()
    await expect(page.getByRole('button', { name: 'Open terminal' })).toBeVisible({ timeout: 60_000 })

    await page.getByLabel('Details').getByRole('button', { name: 'Show' }).click()
    const dialog = page.getByRole('dialog', { name: 'Deploy key' })
    await expect(dialog.getByText(await copied())).toBeVisible()
    await keepScreenshots(page, 'deploy-key')
    await page.setViewportSize({ width: 390, height: 844 })
    await keepScreenshots(page, 'phone-deploy-key')
    await dialog.getByRole('button', { name: 'Rotate key' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Rotate key' }).click()
    await expect(page.getByText('There is a new deploy key')).toBeVisible()
    await expect(dialog.getByText(await copied())).toBeHidden()
    const id = new URL(page.url()).pathname.split('/')[2] ?? ''
    const deleted = await page.evaluate(async (path) => {
      const answer = await fetch(path, { method: 'DELETE', headers: { prefer: 'wait=60' } })
      return answer.status
    }, `/api/environments/${id}`)
    expect(deleted).toBe(200)
  } finally {
    const left = await server.remove()
    await host.close()
    expect(left).toEqual([])
  }
})
