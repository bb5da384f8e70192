/** A workspace in which everything differs: the Git panel of 50,000 changed files is used like that of five. */
import { admin } from '@craftastic/testing/server-process'
import { inContainer } from '../support/container.ts'
import { expect, test } from '../support/fixtures.ts'

test('50,000 changed files are listed, looked through and staged in a page that answers', async ({
  page,
  api,
  server,
}) => {
  test.slow()
  const { id } = await api.createEnvironment({ name: 'many files' })
  const make = "git init -q -b main && mkdir many && cd many && seq 50000 | sed 's/.*/echo & >m&/' | sh"
  await inContainer(id, 'sh', '-ec', `cd /workspace && ${make}`)
  await page.goto(`${server.baseUrl}/environments/${id}/git`)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: 'Git' })
  const files = panel.getByRole('grid', { name: 'Changed files' })
  /** The files and their heading. */
  await expect(files).toHaveAttribute('aria-rowcount', '50001', { timeout: 60_000 })
  const row = (name: string) => files.getByRole('row', { name: `New, not followed by Git yet, ${name} many` })

  await test.step('its ends are reached, by keyboard and by wheel', async () => {
    await expect(row('m1')).toBeVisible()
    await files.focus()
    await page.keyboard.press('End')
    await expect(row('m9999')).toBeInViewport()
    await row('m9999').hover()
    await page.mouse.wheel(0, -50_000 * 36)
    await expect(row('m1')).toBeInViewport()
    await page.mouse.wheel(0, 50_000 * 36)
    await expect(row('m9999')).toBeInViewport()
  })

  await test.step('a click on the last file shows it, and other buttons answer as well', async () => {
    await row('m9999').click()
    await expect(panel.getByText('9999', { exact: true })).toBeVisible()
    await panel.getByRole('button', { name: /switch or make a branch/ }).click()
    await expect(page.getByRole('dialog', { name: 'Branches' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog', { name: 'Branches' })).toBeHidden()
  })

  await test.step('a search finds some as it is typed, and they are staged', async () => {
    await panel.getByRole('searchbox', { name: 'Find a changed file' }).pressSequentially('m4999')
    await expect(files).toHaveAttribute('aria-rowcount', '12')
    await panel.getByRole('button', { name: 'Stage these' }).click()
    await expect
      .poll(() => inContainer(id, 'git', '-C', '/workspace', 'ls-files'), { timeout: 30_000 })
      .toMatch(/^many\/m4999\n(many\/m4999\d\n){10}$/)
    await panel.getByRole('searchbox', { name: 'Find a changed file' }).fill('')
    await expect(files).toHaveAttribute('aria-rowcount', '50002')
  })

  await api.removeEnvironment(id)
})
