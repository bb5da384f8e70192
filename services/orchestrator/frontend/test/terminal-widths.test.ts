// @vitest-environment node
import { expect, test } from 'vitest'
import { TmuxWidths } from '@/lib/terminal-widths'

const widths = new TmuxWidths()

/** Columns of a text, counted as xterm.js does: what joins replaces the width of the cell before it. */
function columns(text: string): number {
  let sum = 0
  let before = 0
  for (const character of text) {
    const properties = widths.charProperties(character.codePointAt(0) ?? 0, before)
    const widthOf = (value: number) => (value >> 1) & 3
    sum += widthOf(properties) - (properties & 1 ? widthOf(before) : 0)
    before = properties
  }
  return sum
}

test.each([
  ['plain', 5],
  ['漢字', 4],
  ['e\u0301', 1],
  ['❤', 1],
  ['❤\ufe0f', 2],
  ['1\ufe0f\u20e3', 2],
  ['👍🏽', 2],
  ['🇩🇪', 2],
  ['🫠', 2],
  ['👨\u200d👩\u200d👧', 2],
  ['a\u200db', 2],
  ['𠀀', 2],
  ['\u{e0100}', 0],
])('%s takes %i columns', (text, count) => expect(columns(text)).toBe(count))

test('a cell holds 21 bytes, and what does not fit begins the next', () => {
  expect(columns('👨\u200d👩\u200d👧\u200d👦')).toBe(4)
  expect(columns('🇩'.repeat(5))).toBe(2)
  expect(columns('🇩'.repeat(6))).toBe(4)
})

test('a skin tone beside a letter is a sign of its own', () => {
  expect(columns('a🏽')).toBe(3)
})
