// @vitest-environment node
import { describe, expect, test, vi } from 'vitest'
import { TerminalInput } from '@/lib/terminal-input'
import { readExtendedReturn, withHeldKeys } from '@/lib/terminal-keys'
import { readWebAddress } from '@/lib/terminal-link'
import { bracketPaste, countPastedLines } from '@/lib/terminal-paste'
import { findScheme, knownSchemes, ownSchemes } from '@/lib/terminal-schemes'
import { FakeSocket } from './fake-socket'

describe('pasted text', () => {
  test('is bracketed, with Return at the end of a line', () => {
    expect(bracketPaste('a\nb\r\nc')).toBe('\x1b[200~a\rb\rc\x1b[201~')
  })

  test('cannot end its brackets itself', () => {
    expect(bracketPaste('a\x1b[201~rm')).toBe('\x1b[200~a␛[201~rm\x1b[201~')
  })

  test.each([
    ['one', 1],
    ['one\n', 2],
    ['one\r\ntwo', 2],
  ])('%j counts as %i lines', (text, lines) => {
    expect(countPastedLines(text)).toBe(lines)
  })
})

describe('a paste that the network does not take', () => {
  function setUp() {
    const waiting: number[] = []
    const input = new TerminalInput({ onLost: () => undefined, onWaiting: (bytes) => waiting.push(bytes) })
    const socket = new FakeSocket('ws://server')
    socket.readyState = 1
    input.attach(socket)
    socket.bufferedAmount = 1024 * 1024
    /** The network takes what waits. */
    const drain = async () => {
      socket.bufferedAmount = 0
      await vi.waitFor(() => expect(waiting.at(-1)).toBe(0))
      return socket.input()
    }
    return { input, waiting, drain }
  }

  test('is given up before an interrupt, and its brackets are ended', async () => {
    const { input, waiting, drain } = setUp()
    input.send(new Uint8Array(500_000))
    expect(waiting).toEqual([500_000])
    input.giveUpPaste()
    input.send(new Uint8Array([3]))
    expect(await drain()).toBe('\x1b[201~\x03')
  })

  test('what was typed is not given up', async () => {
    const { input, drain } = setUp()
    input.send(new TextEncoder().encode('make'))
    input.giveUpPaste()
    input.send(new Uint8Array([3]))
    expect(await drain()).toBe('make\x03')
  })
})

describe('keys held on the screen', () => {
  test.each([
    ['c', { ctrl: true, alt: false }, '\x03'],
    ['W', { ctrl: true, alt: false }, '\x17'],
    [' ', { ctrl: true, alt: false }, '\0'],
    ['b', { ctrl: false, alt: true }, '\x1bb'],
    ['c', { ctrl: true, alt: true }, '\x1b\x03'],
    ['ü', { ctrl: true, alt: false }, 'ü'],
    ['\x1b[D', { ctrl: true, alt: false }, '\x1b[1;5D'],
    ['\x1bOA', { ctrl: false, alt: true }, '\x1b[1;3A'],
  ])('%j with %o sends %j', (text, held, sent) => {
    expect(withHeldKeys(text, held)).toBe(sent)
  })

  test.each(['\x1b[I', '\x1b[?1;2c', 'word'])('%j is no key and leaves them held', (text) => {
    expect(withHeldKeys(text, { ctrl: true, alt: false })).toBeNull()
  })
})

describe('Return with a modifier', () => {
  const press = (part: Partial<KeyboardEvent>) =>
    readExtendedReturn({ key: 'Enter', shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...part })

  test('says which one', () => {
    expect(press({ shiftKey: true })).toBe('\x1b[13;2u')
    expect(press({ ctrlKey: true })).toBe('\x1b[13;5u')
    expect(press({ ctrlKey: true, altKey: true })).toBe('\x1b[13;7u')
  })

  test.each([{}, { altKey: true }, { metaKey: true }, { key: 'a', shiftKey: true }])('%o is left alone', (part) => {
    expect(press(part)).toBeNull()
  })
})

describe('links', () => {
  test.each([
    ['https://example.com/a?b', 'https://example.com/a?b'],
    ['HTTP://EXAMPLE.com', 'http://example.com/'],
    // A Cyrillic letter that looks like a Latin one shows itself.
    ['https://ex\u0430mple.com', 'https://xn--exmple-4nf.com/'],
  ])('%s leads to %s', (uri, address) => {
    expect(readWebAddress(uri)).toBe(address)
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'ftp://example.com', 'no address'])(
    '%s is no link',
    (uri) => {
      expect(readWebAddress(uri)).toBeNull()
    },
  )
})

describe('colour schemes', () => {
  const all = [...Object.values(ownSchemes), ...knownSchemes]

  test('have names of their own, sixteen colours each', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    for (const { colours } of all) {
      for (const colour of Object.values(colours)) expect(colour).toMatch(/^#[0-9a-f]{6}$/)
      expect(Object.keys(colours)).toEqual(expect.arrayContaining(['black', 'white', 'brightBlack', 'brightWhite']))
    }
  })

  test('an unknown one follows the app', () => {
    expect(findScheme('app', 'dark')).toBe(ownSchemes.dark)
    expect(findScheme('gone', 'light')).toBe(ownSchemes.light)
    expect(findScheme('dracula', 'light').label).toBe('Dracula')
  })
})
