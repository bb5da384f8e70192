/** One environment and one page for the tests of a file, each with a session of its own in front. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { ApiClient } from '@craftastic/testing/api-client'
import { admin } from '@craftastic/testing/server-process'
import { expect, test } from './fixtures.ts'
import { ShownSession } from './shown-session.ts'
import { inContainer } from './tmux.ts'

/** `programs` are copied to /tmp. Answers how to put a new session in front. */
export function useShownSessions({ programs }: { programs: string[] }): () => Promise<ShownSession> {
  let show = (): Promise<ShownSession> => Promise.reject(new Error('the environment is made before the first test'))
  let close = async () => {}

  test.beforeAll(async ({ browser, server }) => {
    const api = await ApiClient.signIn(server.baseUrl, admin)
    const { id: environmentId } = await api.createEnvironment({ name: 'screens' })
    for (const name of programs) {
      const program = await readFile(new URL(`../programs/${name}`, import.meta.url), 'utf8')
      await inContainer(environmentId, 'sh', '-c', 'printf %s "$1" >"/tmp/$2"', 'sh', program, name)
    }
    const page = await browser.newPage()
    await signIn(page, server.baseUrl)
    show = async () => new ShownSession(page, await api.createSession({ environmentId }), server.baseUrl).open()
    close = async () => {
      await page.close()
      await api.removeEnvironment(environmentId)
    }
  })
  test.afterAll(() => close())

  return () => show()
}

async function signIn(page: Page, baseUrl: string): Promise<void> {
  await page.goto(baseUrl)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText('screens').first()).toBeVisible()
}
