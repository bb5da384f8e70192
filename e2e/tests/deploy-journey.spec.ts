/** From a commit to the running application, as a person goes: push, deploy, follow the log; what fails; what is cancelled. */
import { startFakeCoolify, type FakeCoolify } from '@craftastic/testing/fake-coolify'
import { ApiClient } from '@craftastic/testing/api-client'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { admin, startServer, type ServerProcess } from '@craftastic/testing/server-process'
import { expect, test as base, type Locator, type Page } from '@playwright/test'
import { inContainer } from '../support/container.ts'
import { keepScreenshots } from '../support/screenshots.ts'

/** A server that is connected to a Coolify. */
const test = base.extend<{ git: GitServer; coolify: FakeCoolify; server: ServerProcess }>({
  git: async ({ browserName: _ }, use) => {
    const git = await startGitServer()
    await use(git)
    await git.close()
  },
  coolify: async ({ browserName: _ }, use) => {
    const coolify = await startFakeCoolify()
    await use(coolify)
    const { violations } = await coolify.look()
    await coolify.close()
    expect(violations).toEqual([])
  },
  server: async ({ git, coolify }, use) => {
    const server = await startServer({
      GIT_ALLOWED_HOSTS: git.origin,
      COOLIFY_API_URL: coolify.url,
      COOLIFY_API_TOKEN: coolify.token,
    })
    await use(server)
    const leftovers = await server.remove()
    if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(', ')}`)
  },
})

test('commit, push, deploy to the end; a failure with its last lines; a cancel; a way back', async ({
  page,
  git,
  coolify,
  server,
}) => {
  test.setTimeout(300_000)
  const api = await ApiClient.signIn(server.baseUrl, admin)
  const { id, branch } = await api.createEnvironment({ name: 'shop', repositoryUrl: git.writableUrl })
  const appId = await coolify.addApplication(git.writableUrl, branch)
  await commit(id, 'Sell apples')
  await signIn(page, `${server.baseUrl}/environments/${id}`)
  const panel = page.getByRole('region', { name: 'Deployments' })
  const history = panel.getByRole('list', { name: 'History of deployments' })
  const rows = history.locator(':scope > li')
  const log = panel.getByRole('region', { name: 'Log of the deployment' })
  const deploy = panel.getByRole('button', { name: 'Deploy', exact: true })

  await test.step('what is not pushed is named, and pushed first', async () => {
    await coolify.live({ lines: numbered(150), lineMs: 150, queuedMs: 200, outcome: 'finished' })
    await expect(panel.getByText('One commit is not pushed.')).toBeVisible()
    await deploy.click()
    const question = page.getByRole('alertdialog')
    await expect(question.getByText('Sell apples')).toBeVisible()
    expect((await coolify.look()).deployments).toHaveLength(0)
    await question.getByRole('button', { name: 'Push first' }).click()
    await expect(rows).toHaveCount(1)
    await expect(panel.getByText('One commit is not pushed.')).toBeHidden()
    await expect(panel.getByText('Sell apples')).toBeVisible()
  })

  await test.step('the log comes as it is written, and follows its end unless somebody reads', async () => {
    const newest = log.getByText(/^step \d+ of 150$/).last()
    await expect.poll(() => log.getByText(/^step/).count(), { timeout: 30_000 }).toBeGreaterThan(30)
    await log.evaluate((element) => element.scrollIntoView({ block: 'center' }))
    await expect(newest).toBeInViewport()
    await expect(outcome(rows.first())).toHaveText('Deploying')
    await log.hover()
    await page.mouse.wheel(0, -400)
    const jump = panel.getByRole('button', { name: /new lines?, jump to the end/ })
    await expect(jump).toBeVisible({ timeout: 30_000 })
    await expect(newest).not.toBeInViewport()
    await keepScreenshots(page, 'deployment')
    await expect(outcome(rows.first())).toHaveText('Finished', { timeout: 60_000 })
    await jump.click()
    await expect(log.getByText('step 150 of 150')).toBeInViewport()
    await expect(panel.getByText('Running', { exact: true })).toBeVisible()
  })

  await test.step('one that fails shows the lines that come after its end, at an address of its own', async () => {
    await coolify.live({ lines: numbered(3), lineMs: 100, outcome: 'failed', lateMs: 1500 })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('deploy shop')
    await page.keyboard.press('Enter')
    await expect(deploy).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(rows).toHaveCount(2)
    await expect(outcome(rows.first())).toHaveText('Failed', { timeout: 30_000 })
    await expect(rows.first().getByText('Deployment failed: the build ended with 1.')).toBeVisible({ timeout: 30_000 })
    await rows.first().getByRole('link', { name: 'Open the log on a page of its own' }).click()
    await expect(page).toHaveURL(/\/deployments\/[0-9a-f-]{36}$/)
    await page.reload()
    await expect(page.getByText('Deployment failed: the build ended with 1.')).toBeVisible()
    await keepScreenshots(page, 'deployment-failed')
    await page.getByRole('link', { name: 'shop' }).first().click()
  })

  await test.step('one that is under way is cancelled after a question', async () => {
    await coolify.live({ lines: numbered(3), lineMs: 100, outcome: 'finished', hold: 'in_progress' })
    await commit(id, 'Sell pears')
    await page.reload()
    await deploy.click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deploy what the remote has' }).click()
    await expect(rows).toHaveCount(3)
    await expect(outcome(rows.first())).toHaveText('Deploying', { timeout: 30_000 })
    await rows.first().getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel deployment' }).click()
    await expect(outcome(rows.first())).toHaveText('Cancelled', { timeout: 30_000 })
    expect((await coolify.look()).deployments.map(({ status }) => status)).toEqual([
      'finished',
      'failed',
      'cancelled-by-user',
    ])
  })

  await test.step('an earlier image is put back into service, without a build', async () => {
    const tag = 'c'.repeat(40)
    await coolify.addImage(appId, tag)
    await coolify.live({ hold: null })
    await panel.getByRole('button', { name: 'More for deployments' }).click()
    await page.getByRole('menuitem', { name: 'Roll back…' }).click()
    const dialog = page.getByRole('dialog', { name: /^Roll back / })
    await dialog.getByRole('radio', { name: tag.slice(0, 7) }).click()
    await dialog.getByRole('button', { name: 'Roll back' }).click()
    await expect(rows).toHaveCount(4)
    await expect(
      rows.first().getByRole('button', { name: `Roll back to ${tag.slice(0, 7)}`, exact: true }),
    ).toBeVisible()
    await expect(outcome(rows.first())).toHaveText('Finished', { timeout: 30_000 })
    expect((await coolify.look()).deployments.at(-1)).toMatchObject({ commit: tag, rollback: true, status: 'finished' })
  })

  await test.step('an application is made from the repository; what is wrong stands at its field', async () => {
    await panel.getByRole('button', { name: 'More for deployments' }).click()
    await page.getByRole('menuitem', { name: 'Create application…' }).click()
    const dialog = page.getByRole('dialog', { name: 'New application' })
    await expect(dialog.getByLabel('Stage')).toHaveValue(/./)
    await dialog.getByLabel('Port').fill('0')
    await dialog.getByRole('button', { name: 'Create application' }).click()
    await expect(dialog.getByText('The port must be from 1 to 65,535.')).toBeVisible()
    await keepScreenshots(page, 'application')
    await dialog.getByLabel('Port').fill('3000')
    await dialog.getByRole('button', { name: 'Create application' }).click()
    await expect(dialog).toBeHidden()
    await expect(panel.getByLabel('Application')).toHaveValue((await coolify.look()).applications.at(-1)?.uuid ?? '')
  })

  await api.removeEnvironment(id)
})

const outcome = (row: Locator) => row.locator('[data-slot="deployment-outcome"]')

const numbered = (count: number) => Array.from({ length: count }, (_line, index) => `step ${index + 1} of ${count}`)

async function commit(environmentId: string, message: string): Promise<void> {
  const script = 'cd /workspace && date +%N >stock.txt && git add stock.txt && git commit -qm "$1"'
  const name = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  const withName = script.replace('git commit', `git ${name.join(' ')} commit`)
  await inContainer(environmentId, 'sh', '-c', withName, 'sh', message)
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
}
