/** Pictures of a product in use, for the documentation: KEEP_SCREENSHOTS=1 npm run test:e2e -- pictures */
import { Environment } from '@craftastic/contract'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots, keepsScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

test('a dashboard with environments in every state', async ({ page, api, server, git }) => {
  test.skip(!keepsScreenshots, 'only makes pictures')
  const web = await api.createEnvironment({ name: 'web-shop', repositoryUrl: git.projectUrl })
  for (const name of ['dev server', 'tests', 'agent']) await api.createSession({ environmentId: web.id, name })
  const scratch = await api.createEnvironment({ name: 'scratch' })
  const broken = await api.createEnvironment({ name: 'billing', repositoryUrl: git.privateUrl })
  const slow = await api.expect(202, Environment, 'POST', '/api/environments', {
    body: { name: 'data-pipeline', repositoryUrl: git.hangingUrl },
  })

  await makeScreenReadable(page)
  await page.goto(server.baseUrl)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText('web-shop').first()).toBeVisible()
  await keepScreenshots(page, 'dashboard')

  await page.goto(`${server.baseUrl}/environments/${slow.id}`)
  await expect(page.getByText(/clone/i).first()).toBeVisible()
  await keepScreenshots(page, 'creating')
  await page.goto(`${server.baseUrl}/environments/${broken.id}`)
  await expect(page.getByText(/private or does not exist/).first()).toBeVisible()
  await keepScreenshots(page, 'failed')
  await page.goto(`${server.baseUrl}/environments/${web.id}`)
  await expect(page.getByText('dev server').first()).toBeVisible()
  await keepScreenshots(page, 'environment')

  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(server.baseUrl)
  await keepScreenshots(page, 'phone-dashboard')
  await page.goto(`${server.baseUrl}/environments/${web.id}`)
  await page.getByRole('main').getByRole('link', { name: /agent/ }).first().click()
  await expectOnScreen(page, /\$ /)
  await typeInTerminal(page, 'git log --oneline --color | head -3')
  await keepScreenshots(page, 'phone-terminal')

  for (const { id } of [web, scratch, broken, slow]) await api.removeEnvironment(id)
})
