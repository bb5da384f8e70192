// @vitest-environment node
import { beforeEach, describe, expect, test } from 'vitest'
import { readHistoryKey } from '@/lib/history-keys'
import { countLines } from '@/lib/history-lines'
import { readTerminalShortcut } from '@/lib/terminal-shortcuts'
import { TerminalWheel } from '@/lib/terminal-wheel'

const up = { deltaY: -100 }
const down = { deltaY: 100 }

describe('the lines of a history', () => {
  test.each([
    ['', 0],
    [' \n\n', 0],
    ['a\n\nb\n', 3],
    ['a\nb  \n \n\n', 2],
  ])('of %j are %i', (text, lines) => expect(countLines(text)).toBe(lines))

  test('are counted at once, whatever is between them', () => {
    const beforeMs = performance.now()
    expect(countLines(`a${' '.repeat(200_000)}b`)).toBe(1)
    expect(performance.now() - beforeMs).toBeLessThan(1_000)
  })
})

describe('the wheel over a terminal', () => {
  let answers: ((alternateScreen: boolean) => void)[]
  let opened: number
  let wheel: TerminalWheel
  beforeEach(() => {
    answers = []
    opened = 0
    wheel = new TerminalWheel({
      askAlternateScreen: () => new Promise((resolve) => answers.push(resolve)),
      openHistory: () => (opened += 1),
    })
  })
  const answer = async (alternateScreen: boolean) => {
    answers.shift()?.(alternateScreen)
    await new Promise((resolve) => setTimeout(resolve, 0))
  }

  test('is the mouse of a program that asked for it', () => {
    expect(wheel.passes(up, true, 0)).toBe(true)
    expect(answers).toHaveLength(0)
  })

  test('opens the history once when it turns up in a shell', async () => {
    expect(wheel.passes(up, false, 2000)).toBe(false)
    expect(wheel.passes(up, false, 2010)).toBe(false)
    expect(answers).toHaveLength(1)
    expect(opened).toBe(0)
    await answer(false)
    expect(opened).toBe(1)
  })

  test('types nothing and opens nothing when it turns down in a shell', async () => {
    expect(wheel.passes(down, false, 2000)).toBe(false)
    await answer(false)
    expect(wheel.passes(down, false, 2100)).toBe(false)
    expect(opened).toBe(0)
    expect(answers).toHaveLength(0)
  })

  test('types arrows in a full-screen program as long as it turns', async () => {
    expect(wheel.passes(down, false, 2000)).toBe(false)
    await answer(true)
    expect(wheel.passes(up, false, 2500)).toBe(true)
    expect(wheel.passes(up, false, 3400)).toBe(true)
    expect(wheel.passes(up, false, 4401)).toBe(false)
    expect(answers).toHaveLength(1)
  })

  test('asks again after a key, which may have ended the program', async () => {
    wheel.passes(up, false, 2000)
    await answer(true)
    wheel.noteTyping()
    expect(wheel.passes(up, false, 2100)).toBe(false)
    await answer(false)
    expect(opened).toBe(1)
  })

  test('opens nothing when somebody typed before the answer came', async () => {
    wheel.passes(up, false, 2000)
    wheel.noteTyping()
    await answer(false)
    expect(opened).toBe(0)
  })
})

describe('keys while the history is open', () => {
  const press = (key: string, part: Partial<KeyboardEvent> = {}, hasSelection = false) => {
    const none = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false }
    const code = /^[a-z]$/.test(key) ? `Key${key.toUpperCase()}` : key
    return readHistoryKey({ key, code, ...none, ...part }, hasSelection)
  }

  test('Escape closes, pages and edges scroll', () => {
    expect(press('Escape')).toEqual({ name: 'close' })
    expect(press('PageUp')).toEqual({ name: 'scroll', by: 'page', direction: -1 })
    expect(press('PageUp', { shiftKey: true })).toEqual({ name: 'scroll', by: 'page', direction: -1 })
    expect(press('End')).toEqual({ name: 'scroll', by: 'all', direction: 1 })
    expect(press('ArrowDown', { shiftKey: true })).toEqual({ name: 'scroll', by: 'line', direction: 1 })
  })

  test('Ctrl+C copies what is selected, and is the program’s when nothing is', () => {
    expect(press('c', { ctrlKey: true }, true)).toEqual({ name: 'copy' })
    expect(press('c', { ctrlKey: true })).toBeNull()
  })

  test.each([
    ['a', {}],
    ['Enter', {}],
    ['ArrowUp', {}],
    ['PageUp', { ctrlKey: true }],
    ['Escape', { altKey: true }],
  ])('%s %o goes to the program', (key, part) => {
    expect(press(key, part)).toBeNull()
  })
})

test('Ctrl+Shift+F searches, Shift+PageUp scrolls back', () => {
  const none = { ctrlKey: false, altKey: false, metaKey: false }
  expect(readTerminalShortcut({ ...none, code: 'KeyF', ctrlKey: true, shiftKey: true })).toEqual({ name: 'search' })
  expect(readTerminalShortcut({ ...none, code: 'PageUp', shiftKey: true })).toEqual({ name: 'history' })
  expect(readTerminalShortcut({ ...none, code: 'PageUp', shiftKey: false })).toBeNull()
})
