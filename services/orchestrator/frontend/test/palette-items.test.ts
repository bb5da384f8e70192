import { describe, expect, test } from 'vitest'
import { byRecency, searchPalette, sessionItems, type PaletteGroup } from '@/lib/palette-items'
import { opensPalette } from '@/lib/use-palette-key'
import { aSession, anEnvironment } from './fixtures'

const item = (label: string, part: object = {}) => ({
  id: label,
  label,
  look: { tone: 'running' as const, word: 'Running' },
  run: () => undefined,
  ...part,
})
const groups: PaletteGroup[] = [
  {
    title: 'Sessions',
    atFirst: 2,
    items: [
      item('tests', { within: 'web-shop' }),
      item('dev server', { within: 'billing', keywords: ['node'] }),
      item('tests', { within: 'billing' }),
    ],
  },
  { title: 'Commands', items: [item('Stop billing'), item('Sign out', { keywords: ['log out'] })] },
]
const found = (search: string) =>
  searchPalette(groups, search).flatMap(({ items }) =>
    items.map(({ within, label }) => [within, label].filter(Boolean).join(' › ')),
  )

describe('searching the palette', () => {
  test('without a word, a group shows as many as it wants at first', () => {
    expect(found('  ')).toEqual(['web-shop › tests', 'billing › dev server', 'Stop billing', 'Sign out'])
  })

  test('every word has to match, in any order and in pieces', () => {
    expect(found('tests bil')).toEqual(['billing › tests'])
    expect(found('wbshp')).toEqual(['web-shop › tests'])
  })

  test('the best match leads, and its group with it', () => {
    expect(found('stop')[0]).toBe('Stop billing')
  })

  test('other words for a thing find it', () => {
    expect(found('log out')).toEqual(['Sign out'])
    expect(found('node')[0]).toBe('billing › dev server')
  })

  test('what matches nothing finds nothing', () => {
    expect(found('qqq')).toEqual([])
  })
})

test('places: visited ones first, the one on show last', () => {
  const places = ['a', 'b', 'c', 'd'].map((id) => ({ id }))
  expect(byRecency(places, ['c', 'b'], 'c').map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c'])
})

test('a session of a stopped environment does not show what ran in it', () => {
  const session = aSession({ currentCommand: 'vim' })
  const running = anEnvironment({ sessions: [session] })
  const stopped = anEnvironment({ sessions: [session], status: 'stopped' })
  const detail = (environment: typeof running) => sessionItems([environment], [], undefined, () => undefined)[0]?.detail
  expect(detail(running)).toBe('vim')
  expect(detail(stopped)).toBeUndefined()
})

describe('the key of the palette', () => {
  const none = { key: 'k', code: 'KeyK', ctrlKey: false, shiftKey: false, altKey: false, metaKey: false }

  test('Ctrl+K on the page, Ctrl+Shift+K in a terminal as well, Cmd+K everywhere', () => {
    expect(opensPalette({ ...none, ctrlKey: true }, false)).toBe(true)
    expect(opensPalette({ ...none, ctrlKey: true }, true)).toBe(false)
    expect(opensPalette({ ...none, key: 'K', ctrlKey: true, shiftKey: true }, true)).toBe(true)
    expect(opensPalette({ ...none, metaKey: true }, true)).toBe(true)
  })

  test('by the letter, by the place on layouts without Latin letters', () => {
    expect(opensPalette({ ...none, key: 'т', ctrlKey: true }, false)).toBe(true)
    expect(opensPalette({ ...none, key: 't', ctrlKey: true }, false)).toBe(false)
    expect(opensPalette({ ...none, code: 'KeyV', ctrlKey: true }, false)).toBe(true)
  })

  test.each([{}, { altKey: true, ctrlKey: true }, { metaKey: true, shiftKey: true }])('%o is not it', (part) => {
    expect(opensPalette({ ...none, ...part }, false)).toBe(false)
  })
})
