/** What a person does to a terminal: keys, mouse, sizes, looking away. The screen stays what tmux holds. */
import { expect, test } from '../support/fixtures.ts'
import { useShownSessions } from '../support/show-session.ts'
import { inContainer } from '../support/tmux.ts'

const show = useShownSessions({ programs: ['mouse.py'] })

test('the mouse is the program’s, after a reload as well; with Shift it selects', async () => {
  const shown = await show()
  const { page } = shown
  await shown.run('python3 /tmp/mouse.py')
  await shown.expectText(/^mouse-on/m)
  const click = async (row: number, column: number) => {
    const { x, y } = await shown.placeOf(row, column)
    await page.mouse.click(x, y)
  }
  await expect.poll(() => shown.askTmux('#{mouse_button_flag}#{mouse_sgr_flag}')).toBe('11')
  await click(20, 41)
  await shown.expectText(/^got \[<0;42;21M\ngot \[<0;42;21m$/m)

  const [from, to] = [await shown.placeOf(10, 5), await shown.placeOf(12, 9)]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 4 })
  await page.mouse.up()
  await shown.expectText(/^got \[<0;6;11M$[\s\S]*^got \[<32;10;13M$[\s\S]*^got \[<0;10;13m$/m)
  await page.mouse.wheel(0, -100)
  await shown.expectText(/^got \[<64;10;13M$/m)
  await page.mouse.wheel(0, 100)
  await shown.expectText(/^got \[<65;10;13M$/m)

  await shown.reload()
  await expect.poll(async () => (await shown.text()).includes('got')).toBe(true)
  await click(30, 60)
  await shown.expectText(/^got \[<0;61;31M\ngot \[<0;61;31m$/m)

  const before = await shown.text()
  const [start, end] = [await shown.placeOf(0, 0), await shown.placeOf(0, 8)]
  await page.keyboard.down('Shift')
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move(end.x, end.y, { steps: 4 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  expect(await (await shown.cells()).selection()).toMatch(/^mouse-on?$/)
  expect(await shown.text()).toBe(before)
  await page.keyboard.type('q')
  await shown.expectText(/\$$/m)
})

test('thirty sizes in a second end with the last one and one prompt', async () => {
  const shown = await show()
  const { page } = shown
  await shown.run('clear; echo before-$((1 + 1))')
  await shown.expectText(/^before-2$/m)
  for (let step = 1; step <= 30; step++) {
    await page.setViewportSize({ width: 1440 - (step % 10) * 40, height: 900 - (step % 7) * 30 })
    await page.waitForTimeout(15)
  }
  await page.setViewportSize({ width: 1200, height: 800 })
  const size = async () => {
    const { cells } = await shown.read()
    return `${cells[0]?.length} ${cells.length}`
  }
  await expect.poll(() => shown.askTmux('#{window_width} #{window_height}')).toBe(await size())
  await shown.expectSameAsTmux()
  expect((await shown.text()).trimEnd()).toMatch(/^before-2\n[^\n]*\$$/)
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('a page that is not painted goes on reading, and is current when it is seen again', async () => {
  const shown = await show()
  const { page } = shown
  const setPainted = (painted: boolean) =>
    page.evaluate((visible) => {
      const kept = Object.assign(window, { paint: Reflect.get(window, 'paint') ?? window.requestAnimationFrame })
      window.requestAnimationFrame = visible ? kept.paint : () => 0
      const states = { hidden: !visible, visibilityState: visible ? 'visible' : 'hidden' }
      for (const [name, value] of Object.entries(states)) {
        Object.defineProperty(document, name, { configurable: true, value })
      }
      document.dispatchEvent(new Event('visibilitychange'))
    }, painted)
  await setPainted(false)
  await shown.run('seq 300000; touch /tmp/flood-done; echo flood-$((1 + 1))')
  const isDone = () => inContainer(shown.session.environmentId, 'sh', '-c', 'ls /tmp/flood-done 2>&1 || true')
  await expect.poll(isDone).not.toMatch(/No such file/)
  await setPainted(true)
  await shown.expectText(/^300000\nflood-2$/m)
  await shown.expectSameAsTmux()
})

test('Shift+Enter is a key of its own for a program that asked for it, and Enter for a shell', async () => {
  const shown = await show()
  const { page } = shown
  await page.keyboard.type('echo shell-$((1 + 1))')
  await shown.press('Shift+Enter')
  await shown.expectText(/^shell-2$/m)
  await shown.run(`printf '\\033[>4;1m'; stty raw -echo; echo asked-$((1 + 1)); head -c 7 | cat -v; stty sane`)
  await shown.expectText(/asked-2/)
  await shown.press('Shift+Enter')
  await shown.expectText(/\^\[\[13;2u/)
})

test('what the page answers to tmux at each attach is never typed', async () => {
  const shown = await show()
  const { page } = shown
  await shown.run('clear; cat')
  await expect.poll(() => shown.askTmux('#{pane_current_command}')).toBe('cat')
  await page.keyboard.type('first\n')
  await shown.expectText(/^first\nfirst$/m)
  for (let round = 0; round < 3; round++) await shown.reload()
  await page.keyboard.type('second\n')
  await shown.expectText(/^second\nsecond$/m)
  expect((await shown.text()).trim().split('\n')).toEqual(['first', 'first', 'second', 'second'])
})

test('Ctrl+C stops a flood', async () => {
  const shown = await show()
  const { page } = shown
  await shown.run('yes "a flood of text"')
  await shown.expectText(/a flood of text/)
  await page.waitForTimeout(1000)
  await shown.press('Control+c')
  // The flood may have been stopped amid a line; the answer is then drawn into what was there.
  await shown.expectText(/\^C.*\n.*\$$/, { timeout: 5000 })
  await shown.expectSameAsTmux()
})
