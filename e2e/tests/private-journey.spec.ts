/** A private repository: refused at first, cloned with a token from the settings, worked on, and pushed to. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from '../support/fixtures.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

const run = promisify(execFile)

test('clone private, edit in the terminal, stage a hunk, commit, push', async ({ page, api, server, git }) => {
  const environment = await api.createEnvironment({ name: 'private', repositoryUrl: git.privateUrl })
  const environmentPage = `${server.baseUrl}/environments/${environment.id}`
  const { host } = new URL(git.origin)
  await makeScreenReadable(page)
  await page.goto(environmentPage)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')

  await test.step('without a token it says what is missing, and where that is added', async () => {
    await expect(page.getByRole('alert').getByText('The repository could not be cloned')).toBeVisible()
    await page.getByRole('link', { name: 'Add a token' }).click()
    await page.getByRole('button', { name: 'Add a token' }).click()
    await page.getByLabel('Host').fill(host)
    await page.getByLabel('Token', { exact: true }).fill(git.token)
    await page.getByRole('button', { name: 'Save token' }).click()
    await expect(page.getByText(`The token for ${host} is saved`)).toBeVisible()
    await expect(page.getByText(git.token)).toHaveCount(0)
    await expect(page.getByText(git.token.slice(-4))).toBeVisible()
  })

  await test.step('with it the environment is made', async () => {
    await page.goto(environmentPage)
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('button', { name: 'Open terminal' }).click({ timeout: 30_000 })
    await expectOnScreen(page, /\$ /)
    await typeInTerminal(page, 'clear; sed -i "1s/.*/# First/; \\$s/.*/The last/" README.md; git status --short')
    await expectOnScreen(page, /^ M README\.md/m)
  })

  await test.step('one of two hunks is committed and pushed, and the repository has exactly that', async () => {
    await page.keyboard.press('Control+Shift+G')
    const panel = page.getByRole('region', { name: 'Git' })
    await panel.getByRole('row', { name: /README\.md/ }).click()
    const stages = panel.getByRole('button', { name: 'Stage these lines' })
    await expect(stages).toHaveCount(2)
    await stages.first().click()
    await expect(stages).toHaveCount(1)
    await panel.getByRole('button', { name: 'Back to the list' }).click()
    await panel.getByLabel('Message of the commit').fill('Begin with another line')
    await page.keyboard.press('Control+Enter')
    await panel.getByRole('button', { name: /^Push 1 commit$/ }).click()
    await expect(panel.getByRole('button', { name: /^Push$/ })).toBeEnabled()
    await typeInTerminal(page, 'clear; git log -1 --format="%H %ae"; git show --format= --stat')
    await expectOnScreen(page, new RegExp(`^${await readPushed()} ${admin.email}`, 'm'))
    await expectOnScreen(page, /1 file changed, 1 insertion\(\+\), 1 deletion\(-\)/)
  })

  await test.step('the terminal fetches and pushes with it as well', async () => {
    await typeInTerminal(
      page,
      'clear; git commit -qam "End with another line" && git push -q && git fetch && echo done-$((40 + 2))',
    )
    await expectOnScreen(page, /done-42/)
    await typeInTerminal(page, 'clear; git rev-parse HEAD')
    await expectOnScreen(page, new RegExp(`^${await readPushed()}`, 'm'))
  })

  await api.removeEnvironment(environment.id)

  /** The newest commit that the server of the repository has. */
  async function readPushed(): Promise<string> {
    const url = git.privateUrl.replace('://', `://x:${git.token}@`)
    return (await run('git', ['ls-remote', url, 'HEAD'])).stdout.slice(0, 40)
  }
})
