/** Git beside a terminal, as a person works: edited by hand, staged in part, committed, pushed; in conflict; discarded. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { admin } from '@craftastic/testing/server-process'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { expect, test } from '../support/fixtures.ts'
import { keepScreenshots } from '../support/screenshots.ts'
import { expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

const run = promisify(execFile)

test('edit, stage a hunk, commit, push; a conflict; a discard and its undo', async ({ page, api, server, git }) => {
  const { id, branch } = await api.createEnvironment({ name: 'bench', repositoryUrl: git.writableUrl })
  const session = await api.createSession({ environmentId: id, name: 'main' })
  const setUp = [
    'git config user.name Ada; git config user.email ada@example.org',
    // Two places far enough apart to be two hunks.
    'seq 1 40 > numbers.txt; git add numbers.txt; git commit -qm Numbers; git push -q; clear; echo ready-$((40 + 2))',
  ].join('; ')
  await makeScreenReadable(page)
  await page.goto(`${server.baseUrl}/environments/${id}/sessions/${session.id}`)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expectOnScreen(page, /\$ /)
  await typeInTerminal(page, setUp)
  await expectOnScreen(page, /ready-42/)
  const panel = page.getByRole('region', { name: 'Git' })
  const files = panel.getByRole('grid', { name: 'Changed files' })
  const commit = async (message: string) => {
    await panel.getByLabel('Message of the commit').fill(message)
    await page.keyboard.press('Control+Enter')
    await expect(panel.getByLabel('Message of the commit')).toHaveValue('')
  }

  await test.step('an edit in the terminal is shown by itself', async () => {
    await page.keyboard.press('Control+Shift+G')
    await expect(panel.getByText('No changes')).toBeVisible()
    await typeInTerminal(page, "sed -i 's/^5$/five/; s/^35$/thirty-five/' numbers.txt")
    await expect(files.getByRole('row', { name: /numbers\.txt/ })).toBeVisible({ timeout: 15_000 })
    await expect(page.getByRole('button', { name: 'Git, 1 changed file', exact: true })).toBeVisible()
  })

  await test.step('one of its two hunks is staged, committed and pushed', async () => {
    await files.getByRole('row', { name: /numbers\.txt/ }).click()
    await expect(panel.getByText('thirty-five')).toBeVisible()
    await keepScreenshots(page, 'git-beside')
    const stages = panel.getByRole('button', { name: 'Stage these lines' })
    await expect(stages).toHaveCount(2)
    await stages.first().click()
    await expect(stages).toHaveCount(1)
    await expect(panel.getByText('thirty-five')).toBeVisible()
    await panel.getByRole('button', { name: 'Back to the list' }).click()
    await expect(files.getByRole('row', { name: /numbers\.txt/ })).toHaveCount(2)
    await commit('Write five in letters')
    await expect(files.getByRole('row', { name: /numbers\.txt/ })).toHaveCount(1)
    await panel.getByRole('button', { name: /^Push 1 commit$/ }).click()
    await expect(panel.getByRole('button', { name: /^Push$/ })).toBeEnabled()
    const { stdout } = await run('git', ['ls-remote', git.writableUrl, `refs/heads/${branch}`])
    await typeInTerminal(page, 'clear; git log -1 --format=%H:%s; git show --format= --stat')
    await expectOnScreen(page, new RegExp(`${stdout.split('\t')[0] ?? 'nothing'}:Write five in letters`))
    await expectOnScreen(page, /1 file changed, 1 insertion\(\+\), 1 deletion\(-\)/)
  })

  await test.step('a discard is asked about, and undone', async () => {
    const row = files.getByRole('row', { name: /numbers\.txt/ })
    await row.hover()
    await row.getByRole('button', { name: 'Discard numbers.txt' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click()
    await expect(panel.getByText('No changes')).toBeVisible()
    await panel.getByRole('button', { name: 'Stashes' }).click()
    await expect(panel.getByRole('region', { name: 'Discarded' }).getByRole('listitem')).toHaveCount(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByText('The discarded changes are back')).toBeVisible()
    await panel.getByRole('button', { name: /^Changes/ }).click()
    await expect(row).toBeVisible()
    await typeInTerminal(page, 'clear; grep thirty numbers.txt')
    await expectOnScreen(page, /^thirty-five/m)
  })

  await test.step('a conflict on pull is named, resolved in the terminal, and committed', async () => {
    await commitElsewhere(api.accessToken ?? '', server.baseUrl, session.id, git.writableUrl)
    await commit('Write thirty-five in letters')
    await panel.getByRole('button', { name: /^Push 1 commit$/ }).click()
    await panel.getByRole('alert').getByRole('button', { name: 'Pull first' }).click()
    await expect(panel.getByText('A merge is under way.')).toBeVisible()
    const conflict = files.getByRole('row', { name: /Changed on both sides,\s*numbers\.txt/ })
    await expect(conflict).toBeVisible()
    await keepScreenshots(page, 'git-conflict')
    await expect(panel.getByRole('button', { name: 'Finish the merge' })).toBeDisabled()
    await typeInTerminal(page, 'git checkout --ours numbers.txt')
    await stageWithKeyboard(page)
    await expect(conflict).toBeHidden()
    await panel.getByRole('button', { name: 'Finish the merge' }).click()
    await expect(panel.getByText('A merge is under way.')).toBeHidden()
    await panel.getByRole('button', { name: /^Push 2 commits$/ }).click()
    await expect(panel.getByRole('button', { name: /^Push$/ })).toBeEnabled()
  })

  await test.step('the history has it all, at an address of its own', async () => {
    await page.goto(`${server.baseUrl}/environments/${id}/git?tab=history`)
    const commits = page.getByRole('listbox', { name: 'Commits' })
    await expect(commits.getByRole('option').first()).toContainText(/Merge/)
    await commits.getByRole('option', { name: /Write five in letters/ }).click()
    await expect(page).toHaveURL(/commit=[0-9a-f]{40}/)
    await expect(page.getByText('five', { exact: true })).toBeVisible()
    await keepScreenshots(page, 'git-history')
    await page.reload()
    await expect(page.getByText('five', { exact: true })).toBeVisible()
  })

  await api.removeEnvironment(id)
})

/** Focus comes to the list by its shortcut, and Space stages: here, marks as resolved. */
async function stageWithKeyboard(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+G')
  await page.keyboard.press('Tab')
  await page.getByRole('grid', { name: 'Changed files' }).focus()
  await page.keyboard.press('Space')
}

/** A commit that the remote has and the workspace does not: made in another clone, through another terminal. */
async function commitElsewhere(accessToken: string, baseUrl: string, sessionId: string, url: string): Promise<void> {
  const terminal = await openTerminal({ baseUrl, accessToken, sessionId })
  await terminal.waitFor(/\$ /)
  terminal.type(
    `(git clone -q ${url} /tmp/other && cd /tmp/other && sed -i 's/^35$/35.0/' numbers.txt && ` +
      `git -c user.name=Bob -c user.email=b@example.org commit -qam Exact && git push -q && clear && echo pushed-$((40 + 2)))\r`,
  )
  await terminal.waitFor(/pushed-42/)
  await terminal.close()
}
