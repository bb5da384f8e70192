/**
 * Two hundred connections that break, a hundred of a page that shows what a program prints and a hundred of one that is
 * typed into: nothing on the screen or in the history is lost or doubled, and every key arrives once.
 */
import type { Page } from '@playwright/test'
import { SessionHistory } from '@craftastic/contract'
import { admin } from '@craftastic/testing/server-process'
import { openProxy } from '@craftastic/testing/cuttable-proxy'
import { askTmux, inContainer } from '../support/container.ts'
import { expect, test } from '../support/fixtures.ts'
import { expectOnScreen, makeScreenReadable, readScreen, typeInTerminal } from '../support/terminal-page.ts'

/** Each breaks the connections of both pages. */
const cuts = 100
/** After so many the counter is held, and the screen compared: what came wrong would soon have scrolled away. */
const cutsBetweenLooks = 5

/** Programs in the sessions: counts fifty times a second, but while it is held; keeps the bytes that are typed as they come. */
const counter = [
  'i=0; while [ ! -e /tmp/stop ]; do i=$((i+1)); echo "count $i"; sleep 0.02;',
  'if [ -e /tmp/hold ]; then touch /tmp/held; while [ -e /tmp/hold ]; do sleep 0.02; done; rm /tmp/held; fi;',
  'done; echo over-$((1 + 1))',
].join(' ')
const keeper = 'stty raw -echo; cat > /tmp/typed'

// Drawing is what takes the time, and not what this is about.
test.use({ viewport: { width: 900, height: 480 } })
test.setTimeout(900_000)

test('two hundred broken connections lose and double nothing', async ({ page, context, server, api }) => {
  const environment = await api.createEnvironment({ name: 'weak-signal' })
  const [counting, typing] = await Promise.all([
    api.createSession({ environmentId: environment.id, name: 'counting' }),
    api.createSession({ environmentId: environment.id, name: 'typing' }),
  ])
  const proxy = await openProxy(Number(new URL(server.baseUrl).port))
  const baseUrl = `http://127.0.0.1:${proxy.port}`
  const other = await context.newPage()
  const sent: string[] = []
  const open = async (where: Page, sessionId: string) => {
    await makeScreenReadable(where)
    await where.goto(`${baseUrl}/environments/${environment.id}/sessions/${sessionId}`)
  }
  await open(page, counting.id)
  await page.getByLabel('Email').fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.keyboard.press('Enter')
  await expectOnScreen(page, /\$ /)
  await open(other, typing.id)
  await expectOnScreen(other, /\$ /)
  const opened = new Map([page, other].map((where): [Page, number] => [where, 0]))
  for (const where of opened.keys()) {
    where.on('websocket', (socket) => {
      if (socket.url().includes('/api/terminal/ws/')) opened.set(where, (opened.get(where) ?? 0) + 1)
    })
  }
  await typeInTerminal(page, counter)
  await expectOnScreen(page, /^count \d+$/m)
  await typeInTerminal(other, keeper)
  await expect.poll(() => inContainer(environment.id, 'pgrep', '-cx', 'cat').catch(() => '0')).toBe('1\n')
  const keyboard = other.getByRole('textbox', { name: /^Terminal/ })
  await keyboard.focus()

  const expectSameScreen = () =>
    expect(async () => {
      const kept = await askTmux(environment.id, 'capture-pane', '-p', '-t', `=${counting.tmuxSessionName}:`)
      expect(trimLines(await readScreen(page))).toEqual(trimLines(kept))
    }).toPass({ timeout: 10_000, intervals: [20] })

  await test.step('cut, at a different moment each time, while somebody types', async () => {
    for (let round = 0; round < cuts; round += 1) {
      const word = `w${round} `
      sent.push(word)
      const before = new Map(opened)
      const typed = other.keyboard.type(word, { delay: round % 3 })
      const passBytes = (round * 37) % 400
      await other.waitForTimeout((round * 7) % 23)
      await proxy.cut(round % 3 === 0 ? undefined : { passBytes, withinMs: 15 })
      await typed
      // Everything of this word is typed while there is no connection.
      const inGap = `${round}! `
      sent.push(inGap)
      await other.keyboard.type(inGap)
      await proxy.open()
      // Until a page has opened another socket it may not have noticed the cut.
      const hasNoticed = (where: Page) => (opened.get(where) ?? 0) > (before.get(where) ?? 0)
      await Promise.all([page, other].map((where) => comeBack(where, hasNoticed)))
      if (round % cutsBetweenLooks > 0) continue
      await inContainer(environment.id, 'sh', '-c', 'touch /tmp/hold; until [ -e /tmp/held ]; do sleep 0.01; done')
      await expectSameScreen()
      await inContainer(environment.id, 'rm', '/tmp/hold')
    }
    for (const times of opened.values()) expect(times).toBeGreaterThanOrEqual(cuts)
  })

  await test.step('every key arrived once, in order', async () => {
    await expect.poll(() => inContainer(environment.id, 'cat', '/tmp/typed')).toBe(sent.join(''))
    for (const where of [page, other]) await expect(where.getByText(/input/i)).toHaveCount(0)
  })

  await test.step('the screen is still what tmux has, and the history has every number once', async () => {
    await inContainer(environment.id, 'touch', '/tmp/stop')
    await expectOnScreen(page, /^over-2$/m)
    await expectSameScreen()

    const answer = await api.expect(200, SessionHistory, 'GET', `/api/sessions/${counting.id}/history`)
    const numbers = [...answer.text.matchAll(/^count (\d+)$/gm)].map(([, number]) => Number(number))
    expect(numbers.length).toBeGreaterThan(1000)
    expect(numbers).toEqual(Array.from(numbers, (_, index) => index + 1))
  })

  await proxy.cut()
  await api.removeEnvironment(environment.id)
})

/** A browser says so when its network is back; a page then does not wait for its next try. */
async function comeBack(page: Page, hasNoticed: (page: Page) => boolean): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    expect(hasNoticed(page)).toBe(true)
    await expect(page.getByText('Connected', { exact: true })).toBeVisible({ timeout: 150 })
  }).toPass({ timeout: 30_000, intervals: [0] })
}

function trimLines(screen: string): string[] {
  const lines = screen.split('\n').map((line) => line.trimEnd())
  while (lines.at(-1) === '') lines.pop()
  return lines
}
