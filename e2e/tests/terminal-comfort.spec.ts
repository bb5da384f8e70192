/** What people expect of any terminal: colours that stay, copying, links, pasting, other scripts. */
import { createHash } from 'node:crypto'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/fixtures.ts'
import { findOnScreen, signInAt } from '../support/terminal-journey.ts'
import { expectGoneFromScreen, expectOnScreen, makeScreenReadable, typeInTerminal } from '../support/terminal-page.ts'

const clipboard = (page: Page) => expect.poll(() => page.evaluate(() => navigator.clipboard.readText()))
const setClipboard = (page: Page, text: string) => page.evaluate((value) => navigator.clipboard.writeText(value), text)

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Terminal menu' }).click()
  await page.getByRole('menuitem', { name: 'Terminal settings' }).click()
  return page.getByRole('dialog', { name: 'Terminal settings' })
}

async function closeSettings(page: Page) {
  await page.keyboard.press('Escape')
  await expect(page.locator('[data-slot=dialog-overlay]')).toHaveCount(0)
}

test('a terminal has the comforts of any other', async ({ page, context, api, server }) => {
  test.slow()
  const environment = await api.createEnvironment({ name: 'comfort' })
  const session = await api.createSession({ environmentId: environment.id, name: 'main' })
  const other = await api.createSession({ environmentId: environment.id, name: 'other' })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.baseUrl })
  await makeScreenReadable(page)
  await page.addInitScript(() => {
    const watch = new MutationObserver(() => {
      if (!document.querySelector('.xterm')) return
      watch.disconnect()
      document.documentElement.dataset.fontAtOpen = String(document.fonts.check("14px 'JetBrains Mono Variable'"))
    })
    watch.observe(document, { childList: true, subtree: true })
  })
  await signInAt(page, `${server.baseUrl}/environments/${environment.id}/sessions/${session.id}`)
  const hint = page.getByRole('tooltip')

  await test.step('the font is there before the terminal measures it', async () => {
    await expect(page.locator('html')).toHaveAttribute('data-font-at-open', 'true')
  })

  await test.step('colours are tried on with the keyboard and stay', async () => {
    const dialog = await openSettings(page)
    await dialog.getByRole('radio', { name: 'High contrast' }).focus()
    await page.keyboard.press('ArrowLeft', { delay: 50 })
    await expect(dialog.getByRole('radio', { name: 'Dracula' })).toBeChecked()
    await closeSettings(page)
    await expect(page.locator('.xterm-scrollable-element')).toHaveCSS('background-color', 'rgb(40, 42, 54)')
    await page.reload()
    await expect(page.locator('.xterm-scrollable-element')).toHaveCSS('background-color', 'rgb(40, 42, 54)')
  })

  await test.step('selecting copies once that is chosen, in the history too', async () => {
    await expectOnScreen(page, /\$ /)
    await typeInTerminal(page, 'seq 1 200; echo copied-$((1+1))')
    await expectOnScreen(page, /^copied-2/m)
    await setClipboard(page, 'kept')
    const word = await findOnScreen(page, 'copied-2')
    await page.mouse.dblclick(word.x, word.y)
    await page.waitForTimeout(200)
    await clipboard(page).toBe('kept')

    const dialog = await openSettings(page)
    await dialog.getByRole('checkbox', { name: 'Copy what is selected' }).click()
    await closeSettings(page)
    await page.mouse.dblclick(word.x, word.y)
    await clipboard(page).toBe('copied-2')
    await setClipboard(page, 'kept')
    await page.mouse.click(word.x, word.y)
    await page.waitForTimeout(200)
    await clipboard(page).toBe('kept')

    await page.mouse.wheel(0, -300)
    await expect(page.locator('.terminal-history')).toBeVisible()
    await expect.poll(() => page.locator('.terminal-history .xterm-accessibility-tree').textContent()).toContain('194')
    const line = await findOnScreen(page, '194', '.terminal-history')
    await page.mouse.dblclick(line.x, line.y)
    await clipboard(page).toBe('194')
    await page.keyboard.press('Escape')
  })

  await test.step('a link says where it leads and opens with Ctrl only, also over two lines', async () => {
    const address = `${server.baseUrl}/login?${'long'.repeat(60)}end`
    await typeInTerminal(page, `clear; echo see ${server.baseUrl}/login?$(printf 'long%.0s' {1..60})end`)
    await expectOnScreen(page, /longend/)
    const link = await findOnScreen(page, 'longend')
    await page.mouse.move(link.x, link.y)
    await expect(hint).toContainText(address)
    await expect(hint).toContainText('Ctrl+click')
    const before = context.pages().length
    await page.mouse.click(link.x, link.y)
    await page.waitForTimeout(300)
    expect(context.pages()).toHaveLength(before)
    await page.mouse.move(link.x, link.y + 1)
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      page.locator('body').click({ position: link, modifiers: ['Control'], force: true }),
    ])
    expect(opened.url()).toBe(address)
    expect(await opened.evaluate(() => window.opener === null)).toBe(true)
    await opened.close()
  })

  await test.step('a link behind other text shows its true address; other schemes are no links', async () => {
    const behind = (address: string, text: string) => `printf '\\e]8;;${address}\\e\\\\${text}\\e]8;;\\e\\\\\\n'`
    await typeInTerminal(page, `clear; ${behind(`${server.baseUrl}/login?true`, 'https://bank%s')} .example`)
    await expectOnScreen(page, /^https:\/\/bank\.example/m)
    const link = await findOnScreen(page, 'https://bank.example')
    await page.mouse.move(link.x, link.y)
    await expect(hint).toContainText(`${server.baseUrl}/login?true`)
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      page.locator('body').click({ position: link, modifiers: ['Control'], force: true }),
    ])
    expect(opened.url()).toBe(`${server.baseUrl}/login?true`)
    await opened.close()
    await typeInTerminal(page, `clear; ${behind('javascript:alert(1)', 'trap%s')} -here`)
    await expectOnScreen(page, /^trap-here/m)
    const trap = await findOnScreen(page, 'trap-here')
    await page.mouse.move(trap.x, trap.y)
    await page.waitForTimeout(300)
    await expect(hint).toHaveCount(0)
  })

  await test.step('a program copies; from behind another session it has to be allowed', async () => {
    const copy = (text: string) => `printf '\\e]52;c;%s\\a' $(printf ${text} | base64)`
    await typeInTerminal(page, copy('by-program'))
    await clipboard(page).toBe('by-program')
    await typeInTerminal(page, `sleep 2; ${copy('from-behind')}`)
    await page.keyboard.press('Control+2')
    await expect(page).toHaveURL(new RegExp(other.id))
    await expect(page.getByText('A program wants to copy text')).toBeVisible()
    await clipboard(page).toBe('by-program')
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await clipboard(page).toBe('from-behind')
    await page.keyboard.press('Control+1')
    await expect(page).toHaveURL(new RegExp(session.id))
  })

  await test.step('pasted lines wait for Return, and are asked about once that is chosen', async () => {
    await setClipboard(page, 'echo one-$((1+1))\necho two-$((1+1))')
    await typeInTerminal(page, 'clear')
    await page.keyboard.press('Control+Shift+V')
    await expectOnScreen(page, /echo two-\$/)
    await expectGoneFromScreen(page, /one-2/)
    await page.keyboard.press('Enter')
    await expectOnScreen(page, /^two-2/m)
    const dialog = await openSettings(page)
    await dialog.getByRole('checkbox', { name: /Ask before pasting/ }).click()
    await closeSettings(page)
    await setClipboard(page, 'echo asked-$((1+1))\n')
    await page.getByRole('textbox', { name: 'Terminal, main' }).focus()
    await page.keyboard.press('Control+Shift+V')
    const question = page.getByRole('alertdialog', { name: 'Paste 2 lines?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    await page.keyboard.press('Control+Shift+V')
    await question.getByRole('button', { name: 'Paste' }).click()
    await expect(question).toHaveCount(0)
    await page.keyboard.press('Enter')
    await expectOnScreen(page, /^asked-2/m)
    await openSettings(page)
    await dialog.getByRole('checkbox', { name: /Ask before pasting/ }).click()
    await closeSettings(page)
  })

  await test.step('a mebibyte arrives whole and bracketed', async () => {
    const line = `${'0123456789abcdefghijklmnopqrstuvwxyz grüße '.repeat(2)}\n`
    const text = line.repeat(Math.ceil((1024 * 1024) / Buffer.byteLength(line)))
    await setClipboard(page, text)
    await typeInTerminal(
      page,
      "clear; printf '\\e[?2004h'; stty -echo; cat > /tmp/pasted; stty echo; sha256sum /tmp/pasted",
    )
    await page.waitForTimeout(300)
    await page.keyboard.press('Control+Shift+V')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    const sum = createHash('sha256').update(`\x1b[200~${text}\x1b[201~\n`).digest('hex')
    await expectOnScreen(page, new RegExp(sum), { timeout: 30_000 })
  })

  await test.step('what an input method composes arrives once', async () => {
    const devtools = await context.newCDPSession(page)
    await typeInTerminal(page, 'clear')
    await page.keyboard.type('echo composed-')
    await devtools.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 })
    await devtools.send('Input.imeSetComposition', { text: '日本', selectionStart: 2, selectionEnd: 2 })
    await devtools.send('Input.insertText', { text: '日本' })
    await page.keyboard.type('-$((1+1))')
    await page.keyboard.press('Enter')
    await expectOnScreen(page, /^composed-日本-2/m)
  })

  await test.step('Shift+Return reaches a program that asks, and is Return for every other', async () => {
    await typeInTerminal(page, 'clear; echo reads-$((1+1)); cat -v')
    await expectOnScreen(page, /^reads-2/m)
    await page.keyboard.type('plain')
    await page.keyboard.press('Shift+Enter')
    await expectOnScreen(page, /^plain\s+plain/m)
    await page.keyboard.press('Control+c')
    await typeInTerminal(page, "printf '\\e[>4;2m'; echo asks-$((1+1)); cat -v")
    await expectOnScreen(page, /^asks-2/m)
    await page.keyboard.press('Shift+Enter')
    await expectOnScreen(page, /\^\[\[13;2u/)
  })

  await api.removeEnvironment(environment.id)
})
