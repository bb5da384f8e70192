// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { readClipboardSequence } from '@/lib/terminal-clipboard'
import { retryDelayMs } from '@/lib/terminal-retry'
import { readTerminalShortcut } from '@/lib/terminal-shortcuts'

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

describe('OSC 52', () => {
  test.each(['', 'c', 'p', 'cs0'])('selection "%s" sets the clipboard', (selection) => {
    expect(readClipboardSequence(`${selection};${base64('grüße 😀')}`)).toBe('grüße 😀')
  })

  test.each([
    ['a read', 'c;?'],
    ['nothing', 'c;'],
    ['no separator', base64('x')],
    ['an unknown selection', `x;${base64('x')}`],
    ['broken base64', 'c;***'],
    ['bytes that are not text', `c;${btoa('\xff\xfe')}`],
    ['more than a mebibyte', `c;${'A'.repeat(1024 * 1024 + 4)}`],
  ])('%s is refused', (_what, payload) => {
    expect(readClipboardSequence(payload)).toBeNull()
  })
})

describe('keys that a terminal keeps for itself', () => {
  const press = (code: string, part: Partial<KeyboardEvent> = {}) =>
    readTerminalShortcut({ code, ctrlKey: true, shiftKey: false, altKey: false, metaKey: false, ...part })

  test('Ctrl+Shift+M leaves, Ctrl+Shift+C copies, Ctrl+Shift+V pastes', () => {
    expect(press('KeyM', { shiftKey: true })).toEqual({ name: 'leave' })
    expect(press('KeyC', { shiftKey: true })).toEqual({ name: 'copy' })
    expect(press('KeyV', { shiftKey: true })).toEqual({ name: 'paste' })
  })

  test('Ctrl+Shift+Enter makes a terminal, Enter alone does not', () => {
    expect(press('Enter', { shiftKey: true })).toEqual({ name: 'new' })
    expect(press('Enter')).toBeNull()
  })

  test('Ctrl+1…9 choose a session', () => {
    expect(press('Digit1')).toEqual({ name: 'session', index: 0 })
    expect(press('Digit9')).toEqual({ name: 'session', index: 8 })
  })

  test.each([
    ['KeyC', {}],
    ['KeyB', {}],
    ['Digit0', {}],
    ['Digit1', { altKey: true }],
    ['KeyM', { shiftKey: true, metaKey: true }],
    ['KeyM', { ctrlKey: false, shiftKey: true }],
  ])('%s %o goes to the program', (code, part) => {
    expect(press(code, part)).toBeNull()
  })
})

test('retries spread over 30 % and never exceed 20 seconds', () => {
  expect(retryDelayMs(0, 0)).toBe(175)
  expect(retryDelayMs(0, 0.999)).toBeLessThan(326)
  expect(retryDelayMs(1000, 0.999)).toBeLessThan(20_000)
})
