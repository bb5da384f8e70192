import { describe, expect, it } from 'vitest'
import { createPaneText, createPaneTexts } from './pane-text.ts'

describe('what a pane writes', () => {
  it('has its control characters and backslashes back', () => {
    const text = createPaneText()
    expect(text.take('a\\015\\012\\134n \\033[1mb')).toBe('a\r\n\\n \x1b[1mb')
  })

  it('keeps half a character for the next piece', () => {
    const text = createPaneText()
    const [first = '', second = ''] = Buffer.from('é').toString('latin1')
    expect(text.take(`caf${first}`)).toBe('caf')
    expect(text.take(`${second}!`)).toBe('é!')
  })

  it('begins without the rest of a character whose beginning nobody has, and only there', () => {
    const rest = Buffer.from('é').subarray(1).toString('latin1')
    const text = createPaneText()
    expect(text.take('')).toBe('')
    expect(text.take(`${rest}a`)).toBe('a')
    expect(text.take(`${rest}b`)).toBe('\ufffdb')
    expect(createPaneText().take(rest)).toBe('')
  })

  it('names a title as every terminal knows it, in one piece or two', () => {
    const text = createPaneText()
    expect(text.take('\\033kvim\\033\\134')).toBe('\x1b]2;vim\x1b\\')
    expect(text.take('x\\033')).toBe('x')
    expect(text.take('ktop')).toBe('\x1b]2;top')
  })

  it('forgets after a new drawing what it held, and takes what tmux held', () => {
    const text = createPaneText()
    expect(text.take('x\\033')).toBe('x')
    expect(text.restart('')).toBe('')
    expect(text.take('k')).toBe('k')
    expect(text.restart('\\033')).toBe('')
    expect(text.take('[31m')).toBe('\x1b[31m')
  })
})

describe('what several panes write', () => {
  const [first = '', second = ''] = Buffer.from('é').toString('latin1')

  it('is kept apart, as long as it is of panes that can be', () => {
    const texts = createPaneTexts()
    texts.of('%0').take(first)
    for (let id = 1; id < 1_000; id++) texts.of(`%${id}`).take(first)
    expect(texts.of('%0').take(second)).toBe('é')
    for (let id = 1_000; id < 2_000; id++) texts.of(`%${id}`).take(first)
    expect(texts.of('%1').take(second)).toBe('')
  })

  it('is forgotten for one of them', () => {
    const texts = createPaneTexts()
    for (const id of ['%0', '%1']) texts.of(id).take(first)
    texts.forget('%0')
    expect(['%0', '%1'].map((id) => texts.of(id).take(second))).toEqual(['', 'é'])
  })
})
