/** Work that is nowhere else, deleted with its environment and brought back, as a person sees it. */
import { admin } from '@craftastic/testing/server-process'
import { inContainer } from '../support/container.ts'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'

const work = `cd /workspace; git config user.email ada@example.org; git config user.name Ada
git switch -qc feature; echo one >one; git add one; git commit -qm 'Add the first one'; echo two >two; git add two
git commit -qm 'Add another one'; echo draft >draft.md; echo more >>one`

test('delete an environment with work in it, and restore that', async ({ page, api, git, server }) => {
  const { id } = await api.createEnvironment({ name: 'shop', repositoryUrl: git.writableUrl })
  await inContainer(id, 'sh', '-c', work)
  await page.goto(`${server.baseUrl}/environments/${id}`)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')

  await test.step('be told what is only here, and agree', async () => {
    await page.getByRole('button', { name: 'More for shop' }).last().click()
    await page.getByRole('menuitem', { name: 'Delete environment' }).click()
    const dialog = page.getByRole('alertdialog')
    await expect(dialog).toContainText('2 commits on feature, not pushed')
    await expect(dialog).toContainText('Add another one')
    await expect(dialog).toContainText('2 files not committed')
    await keepScreenshots(page, 'delete-unsaved')
    await page.setViewportSize({ width: 390, height: 844 })
    await keepScreenshots(page, 'delete-unsaved-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
    await expect(dialog.getByRole('button', { name: 'Delete environment' })).toBeDisabled()
    await dialog.getByRole('checkbox').focus()
    await page.keyboard.press('Space')
    await dialog.getByRole('button', { name: 'Delete environment' }).click()
    await expect(page.getByText('What is only in it is kept for 30 days.')).toBeVisible()
  })

  await test.step('find it among what is kept, and restore it', async () => {
    await expect
      .poll(async () => (await api.request('GET', `/api/environments/${id}`)).status, { timeout: 60_000 })
      .toBe(404)
    await page.goto(`${server.baseUrl}/settings/kept-work`)
    await expect(page.getByText(/^2 commits, 2 files · on feature/)).toBeVisible()
    await keepScreenshots(page, 'kept-work')
    await page.setViewportSize({ width: 390, height: 844 })
    await keepScreenshots(page, 'kept-work-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download shop' }).click()
    expect((await download).suggestedFilename()).toBe('shop.bundle')
    await page.getByRole('button', { name: 'Restore shop' }).click()
    await keepScreenshots(page, 'kept-work-restore')
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await page.waitForURL(/\/environments\/[0-9a-f-]{36}$/)
    await expect(page.getByRole('button', { name: /open terminal/i })).toBeVisible({ timeout: 60_000 })
  })

  const restored = page.url().split('/').at(-1) ?? ''
  const status = await inContainer(restored, 'git', '-C', '/workspace', 'status', '--porcelain', '--branch')
  expect(status).toBe('## feature\n M one\n?? draft.md\n')
  await api.removeEnvironment(restored)
})
