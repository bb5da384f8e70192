/** Programs that draw: what the browser shows is what tmux holds, cell for cell. */
import { expect, test } from '../support/fixtures.ts'
import { useShownSessions } from '../support/show-session.ts'
import { textOf } from '../support/shown-session.ts'
import { askTmux, inContainer } from '../support/tmux.ts'

const show = useShownSessions({ programs: ['looks.py', 'widths.py'] })

test('colours and attributes', async () => {
  const shown = await show()
  await shown.run('clear; python3 /tmp/looks.py')
  await shown.expectText(/looks-shown/)
  await shown.expectSameAsTmux()
  const underlined = (await shown.read()).cells.find((row) => textOf(row).startsWith('coloured underline'))?.[0]
  // 3 is curly; the colour is red, in the low three bytes of the number that xterm.js keeps.
  expect(underlined?.look).toMatch(/^Underline3\//)
  expect(Number(underlined?.look.split('/')[1]) & 0xffffff).toBe(0xff0000)
})

test('emoji, wide and combining characters, with what follows them in its column', async () => {
  const samples = [
    ...['漢字', 'ｆｕｌｌ', 'ｶﾅ', '한글', '각', 'e\u0301', 'a\u0308\u0323', 'ภาษา', 'हिन्दी', 'עִברית'],
    ...['😀', '🙂🙂', '🫠', '🥲', '🪐', '👍🏽', '☝🏽', '🇩🇪', '🇩', '❤', '❤️', '⚠️', '✈️', '1️⃣', '☝️', '▶︎'],
    ...['🇩🇪🇫🇷', '👨‍👩‍👧', '👨‍👩‍👧‍👦', '👩🏽‍💻', '🏳️‍🌈', '🧑‍🚀', 'a‍b', '●→…', 'ﬁ½№', '☰䷀', '𝒳𠀀'],
  ]
  const shown = await show()
  await shown.run(`python3 /tmp/widths.py ${samples.join(' ')}; read`)
  await shown.expectText(/widths-shown/)
  const columns = async () => {
    const { cells } = await shown.read()
    return samples.map((sample, row) => {
      const cellsOfRow = cells[row] ?? []
      const bar = cellsOfRow.findIndex(({ text }, column) => text === '|' && cellsOfRow[column + 1]?.text === '<')
      const said = /=(\d+)=$/.exec(textOf(cellsOfRow))?.[1]
      const saidAt = cellsOfRow.findIndex(({ text }) => text === '=')
      return { sample, bar, said: Number(said), saidAt }
    })
  }
  const expectInPlace = () =>
    expect
      .poll(async () => (await columns()).filter(({ bar, said, saidAt }) => bar !== said || saidAt !== 49))
      .toEqual([])
  await expectInPlace()
  await shown.expectSameAsTmux()
  await shown.reload()
  await expectInPlace()
  await shown.expectSameAsTmux()
})

test('every character is as wide as tmux takes it to be', async () => {
  const shown = await show()
  await askTmux(
    shown.session.environmentId,
    'new-session',
    '-d',
    '-s',
    'measure',
    'python3 /tmp/widths.py 2>/tmp/widths-failed',
  )
  const measured = () => inContainer(shown.session.environmentId, 'sh', '-c', 'cat /tmp/widths; cat /tmp/widths-failed')
  await expect.poll(measured, { timeout: 20_000 }).toMatch(/\d/)
  const runs = (await measured())
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
  expect(runs.length).toBeGreaterThan(300)
  const cells = await shown.cells()
  const first = runs[0]?.[0] ?? 0
  const widths = await cells.widths(first, runs.at(-1)?.[1] ?? 0)
  const different = runs.filter(([from = 0, to = 0, width = 0]) => {
    // These join what is before them.
    const joins = from === 0xfe0f || (from >= 0x1f3fb && to <= 0x1f3ff)
    return !joins && widths.slice(from - first, to - first + 1) !== `${width}`.repeat(to - from + 1)
  })
  expect(different).toEqual([])
})

test('vim: split, resized, reloaded, and the shell as it was', async () => {
  const shown = await show()
  const { page } = shown
  await shown.run('clear; seq 3; vim /tmp/story')
  await shown.expectText(/^~$/m)
  await page.keyboard.type('iGrüße, 世界 🙂')
  await shown.press('Escape')
  await page.keyboard.type(':set number | split\n')
  await shown.expectText(/1 Grüße, 世界 🙂[\s\S]*1 Grüße, 世界 🙂/)
  await shown.expectSameAsTmux()
  await page.setViewportSize({ width: 1000, height: 600 })
  await shown.expectSameAsTmux()
  await shown.reload()
  await shown.expectSameAsTmux()
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('textbox', { name: /^Terminal/ }).focus()
  await page.keyboard.type(':wq\n:q\n')
  await shown.expectText(/^1\n2\n3\n.*\$$/m)
  expect(await shown.askTmux('#{alternate_on}')).toBe('0')
  expect(await shown.text()).not.toMatch(/^~$|Grüße/m)
  await shown.expectSameAsTmux()
})

test('less, and the alternate screen of any program, leave the shell as it was', async () => {
  const shown = await show()
  await shown.run('clear; seq -f "line %g" 500 | less')
  await shown.expectText(/^line 1$/m)
  await shown.press('G')
  await shown.expectText(/^line 500$/m)
  await shown.expectSameAsTmux()
  await shown.press('q')
  await expect.poll(() => shown.askTmux('#{alternate_on}')).toBe('0')
  await shown.expectText(/^\S+ \$$/m)
  expect(await shown.text()).not.toMatch(/line 500/)
  await shown.expectSameAsTmux()

  await shown.run(
    `clear; printf '\\033[?1049h\\033[44melsewhere\\n'; read; printf '\\033[?1049l'; echo back-$((1 + 1))`,
  )
  await shown.expectText(/^elsewhere/m)
  await shown.expectSameAsTmux()
  await shown.press('Enter')
  await shown.expectText(/^back-2$/m)
  expect(await shown.text()).not.toMatch(/^elsewhere/m)
  await shown.expectSameAsTmux()
})

test('htop, which draws again and again, resized while it does', async () => {
  const shown = await show()
  const { page } = shown
  await shown.run('htop --delay=20')
  await shown.expectText(/Load average/)
  await shown.expectSameAsTmux()
  await page.setViewportSize({ width: 1100, height: 700 })
  await page.waitForTimeout(2500)
  await shown.expectSameAsTmux()
  await page.setViewportSize({ width: 1440, height: 900 })
  await shown.expectSameAsTmux()
  await shown.press('q')
  await shown.expectText(/\$$/m)
  await shown.expectSameAsTmux()
})

test('tmux inside of the session', async () => {
  const shown = await show()
  await shown.run('TMUX= tmux -L inner new -s inside')
  await shown.expectText(/^\[inside\]/m)
  await shown.press('Control+b', '%')
  await shown.expectText(/\$ +│.*\$$/m)
  await shown.run('echo "漢字 🫠 $((40 + 2))"')
  await shown.expectText(/漢字 🫠 42/)
  await shown.expectSameAsTmux()
  await shown.press('Control+b', 'd')
  await shown.expectText(/\[detached/)
  await shown.expectSameAsTmux()
  await inContainer(shown.session.environmentId, 'tmux', '-L', 'inner', 'kill-server')
})

test('the production build reads a query for a mode, and has its font before it measures', async () => {
  const shown = await show()
  const { page } = shown
  const { cells } = await (await shown.cells()).print('\x1b[?2026$pread on')
  expect(textOf(cells[0] ?? [])).toBe('read on')
  const [left, right] = [await shown.placeOf(0, 0), await shown.placeOf(0, 100)]
  const characterWidth = await page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d')
    if (!canvas) throw new Error('no canvas')
    const screen = document.querySelector('.xterm-rows')
    canvas.font = `${screen ? getComputedStyle(screen).fontSize : ''} 'JetBrains Mono Variable'`
    return canvas.measureText('W').width
  })
  expect(Math.abs((right.x - left.x) / 100 - characterWidth)).toBeLessThan(0.1)
})
