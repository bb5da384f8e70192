/** The main job as a person does it, in Chromium. Its screens are kept as the pictures of the documentation. */
import type { Page } from '@playwright/test'
import { admin } from '@craftastic/testing/server-process'
import { listLeftovers } from '@craftastic/testing/engine-leftovers'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

async function signIn(page: Page, baseUrl: string): Promise<void> {
  await page.goto(baseUrl)
  await expect(page).toHaveURL(/\/login/)
  await keepScreenshots(page, 'login')
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'No environments yet' })).toBeVisible()
}

test('sign in, create, work in a terminal, come back, delete', async ({ page, server, git }) => {
  await makeScreenReadable(page)
  await signIn(page, server.baseUrl)

  await test.step('create an environment from a repository', async () => {
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog', { name: 'New environment' })
    await dialog.getByLabel('Repository URL').fill('file:///etc/passwd')
    await dialog.getByRole('button', { name: 'Create environment' }).click()
    await expect(dialog.getByText(/must start with https/)).toBeVisible()
    await dialog.getByLabel('Repository URL').fill(git.projectUrl)
    await expect(dialog.getByLabel('Name')).toHaveValue('project')
    await keepScreenshots(page, 'create')
    await dialog.getByRole('button', { name: 'Create environment' }).click()
    await expect(dialog).toBeHidden()
  })

  await test.step('watch it become ready', async () => {
    await expect(page.getByText(/clone|connect|container|network/i).first()).toBeVisible()
    await expect(page.getByText('Running').first()).toBeVisible({ timeout: 40_000 })
  })

  await test.step('open a terminal and run something', async () => {
    await page.goto(server.baseUrl)
    await page.getByRole('main').getByRole('link', { name: 'project' }).first().click()
    await expect(page).toHaveURL(/\/environments\//)
    await page
      .getByRole('button', { name: /open terminal/i })
      .first()
      .click()
    await expect(page).toHaveURL(/\/sessions\//)
    await expectOnScreen(page, /\$ /)
    await typeInTerminal(page, 'echo "commits: $(git log --oneline | wc -l)"')
    await expectOnScreen(page, new RegExp(`^commits: ${git.projectCommits}\\s*$`, 'm'))
    await typeInTerminal(page, 'git log --oneline --decorate --color | head -5; ls --color')
    await expectOnScreen(page, /package\.json/)
    await keepScreenshots(page, 'terminal')
  })

  const terminalUrl = page.url()
  await test.step('close the tab and find it all still there', async () => {
    await page.goto('about:blank')
    await page.goto(terminalUrl)
    await expectOnScreen(page, new RegExp(`^commits: ${git.projectCommits}\\s*$`, 'm'))
  })

  await test.step('lose the server and find the program still running', async () => {
    await typeInTerminal(page, 'i=0; while sleep 0.5; do i=$((i+1)); echo "tick-$i-tock"; done')
    await expectOnScreen(page, /tick-2-tock/)
    await server.crash()
    await expect(page.getByText(/reconnect/i).first()).toBeVisible()
    await keepScreenshots(page, 'reconnecting')
    await server.restart()
    await expectOnScreen(page, /tick-\d{2,}-tock/, { timeout: 30_000 })
    await page.keyboard.press('Control+c')
    await expectOnScreen(page, /\^C/)
  })

  await test.step('delete it', async () => {
    await page.goto(terminalUrl.replace(/\/sessions\/.*/, ''))
    await page.getByRole('button', { name: 'More for project' }).last().click()
    await page.getByRole('menuitem', { name: /delete/i }).click()
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'))
    await expect(dialog).toContainText('project')
    await dialog.getByRole('button', { name: /^delete/i }).click()
    await expect.poll(() => listLeftovers(server.instanceId), { timeout: 30_000 }).toEqual([])
    await page.goto(server.baseUrl)
    await expect(page.getByRole('heading', { name: 'No environments yet' })).toBeVisible()
  })
})
