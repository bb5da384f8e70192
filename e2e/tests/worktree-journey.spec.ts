/** Two sessions on branches of their own, as a person opens them, works in them, and deletes them. */
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test('a session on its own branch: opened, worked in, deleted with its work kept, opened again', async ({
  page,
  api,
  server,
  git,
}) => {
  const { id, branch } = await api.createEnvironment({ name: 'side-by-side', repositoryUrl: git.projectUrl })
  await api.createSession({ environmentId: id, name: 'main' })
  const environmentPage = `${server.baseUrl}/environments/${id}`
  await makeScreenReadable(page)
  await page.goto(environmentPage)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: 'Git' })
  const newOnBranch = async (name: string) => {
    await page.getByRole('button', { name: 'New session' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('On a branch of its own').check()
  }

  await test.step('the dialog says what becomes of the branch', async () => {
    await newOnBranch('Fix login')
    const field = page.getByLabel(/^Branch/)
    await expect(field).toHaveAttribute('placeholder', 'fix-login')
    await expect(page.getByText(`A new branch, beginning where ${branch} is now.`)).toBeVisible()
    await keepScreenshots(page, 'worktree-dialog')
    await field.fill(branch)
    await expect(page.getByText('The workspace itself is on this branch.')).toBeVisible()
    await page.getByRole('button', { name: 'Create session' }).click()
    await expect(page.getByText(/is in use\. It is checked out in "\/workspace"/)).toBeVisible()
    await field.fill('')
    await page.getByRole('button', { name: 'Create session' }).click()
  })

  await test.step('its terminal and Git beside it are in its worktree', async () => {
    await expectOnScreen(page, /\$ /)
    await page.keyboard.press('Control+Shift+G')
    await expect(panel.getByText('No changes')).toBeVisible()
    await typeInTerminal(page, 'pwd; echo fixed > login.txt')
    await expectOnScreen(page, /^\/workspace\/\.worktrees\/fix-login/m)
    await expect(panel.getByRole('row', { name: /login\.txt/ })).toBeVisible()
    await keepScreenshots(page, 'worktree-beside')
    await page.getByRole('navigation', { name: 'Sessions', exact: true }).getByRole('link', { name: /main/ }).click()
    await expect(panel.getByText('No changes')).toBeVisible()
    await page.keyboard.press('Control+Shift+G')
  })

  await test.step('deleting it says beforehand and afterwards that its work is kept', async () => {
    await page.goto(environmentPage)
    await keepScreenshots(page, 'worktree-list')
    await page.getByRole('button', { name: 'More for Fix login' }).click()
    await page.getByRole('menuitem', { name: 'Delete session' }).click()
    await expect(page.getByRole('alertdialog').getByText(/it holds 1 changed file/)).toBeVisible()
    await keepScreenshots(page, 'worktree-delete')
    await page.getByRole('button', { name: 'Delete session' }).click()
    await expect(page.getByText('Fix login is deleted, its worktree is kept')).toBeVisible()
  })

  await test.step('a session on the branch goes on with it', async () => {
    await newOnBranch('Again')
    await page.getByLabel(/^Branch/).fill('fix-login')
    await expect(page.getByText('Goes on with the work that an earlier session left there.')).toBeVisible()
    await page.getByRole('button', { name: 'Create session' }).click()
    await expectOnScreen(page, /\$ /)
    await typeInTerminal(page, 'clear; cat login.txt; rm login.txt')
    await expectOnScreen(page, /^fixed/m)
    await page.goto(environmentPage)
    await page.getByRole('button', { name: 'More for Again' }).click()
    await page.getByRole('menuitem', { name: 'Delete session' }).click()
    await expect(page.getByRole('alertdialog').getByText(/Its worktree goes with it/)).toBeVisible()
    await page.getByRole('button', { name: 'Delete session' }).click()
    await expect(page.getByRole('link', { name: 'Again' })).toHaveCount(0)
  })

  await api.removeEnvironment(id)
})
