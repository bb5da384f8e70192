// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { countUntil, markAt, readCast, startBefore, type Cast } from '@/lib/cast'

const header = '{"version":2,"width":80,"height":24,"title":"build"}'

function read(...events: unknown[]): Cast {
  const cast = readCast([header, ...events.map((event) => JSON.stringify(event)), ''].join('\n'))
  if (cast === null) throw new Error('no asciicast')
  return cast
}

describe('an asciicast', () => {
  test('has its size, its title and what happened', () => {
    expect(read([0.5, 'o', 'a'], [1, 'r', '100x30'], [1.25, 'm', 'a gap'])).toEqual({
      title: 'build',
      cols: 80,
      rows: 24,
      events: [
        { at: 0.5, kind: 'output', text: 'a' },
        { at: 1, kind: 'size', cols: 100, rows: 30 },
        { at: 1.25, kind: 'mark', words: 'a gap' },
      ],
      length: 1.25,
    })
  })

  test('plays no more than two seconds of nothing', () => {
    expect(read([1, 'o', 'a'], [100, 'o', 'b'], [100.5, 'o', 'c']).events.map(({ at }) => at)).toEqual([1, 3, 3.5])
  })

  test('never goes back, though another clock wrote the rest', () => {
    expect(read([2, 'o', 'a'], [1, 'o', 'b'], [2.5, 'o', 'c']).events.map(({ at }) => at)).toEqual([2, 2, 2.5])
  })

  test.each([
    [['1', 'o', 'a']],
    [[1, 'o', 5]],
    [[1, 'r', '0x0']],
    [[1, 'r', '80x24x1']],
    [[1, 'i', 'typed']],
    [{ time: 1 }],
    [null],
  ])('leaves out what is no event: %j', (event) => {
    expect(read(event).events).toEqual([])
  })

  test.each(['', 'hello', '{}', '{"version":1,"width":80,"height":24}', '{"version":2,"width":0,"height":24}', '[]'])(
    '"%s" is none',
    (text) => {
      expect(readCast(text)).toBeNull()
    },
  )
})

describe('playing', () => {
  const cast = read([0, 'o', 'a'], [1, 'r', '100x30'], [1, 'o', '\x1bcwhole'], [1.5, 'm', 'a gap'], [2, 'o', 'b'])

  test('begins at the last whole screen before a place, in its size', () => {
    expect(startBefore(cast, 5)).toEqual({ index: 2, cols: 100, rows: 30 })
    expect(startBefore(cast, 2)).toEqual({ index: 0, cols: 80, rows: 24 })
  })

  test('knows what lies before a time', () => {
    expect([-1, 0, 0.9, 1, 2, 99].map((seconds) => countUntil(cast, seconds))).toEqual([0, 1, 1, 3, 5, 5])
  })

  test('shows a mark for some seconds', () => {
    expect([1, 1.5, 5, 6].map((seconds) => markAt(cast, seconds))).toEqual([null, 'a gap', 'a gap', null])
  })
})
