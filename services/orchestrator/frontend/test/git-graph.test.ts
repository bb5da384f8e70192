import { expect, test } from 'vitest'
import { drawGraph } from '@/lib/git-graph'

const lanesOf = (...commits: [string, ...string[]][]) =>
  drawGraph(commits.map(([commit, ...parents]) => ({ commit, parents })))

test('one line', () => {
  expect(lanesOf(['c', 'b'], ['b', 'a'], ['a'])).toEqual([
    { lane: 0, above: [], below: [[0, 0]], width: 1 },
    { lane: 0, above: [[0, 0]], below: [[0, 0]], width: 1 },
    { lane: 0, above: [[0, 0]], below: [], width: 1 },
  ])
})

test('a merge opens a lane, which ends where the branch began; the trunk keeps its own', () => {
  const [merge, side, main, base] = lanesOf(['m', 'a2', 'b1'], ['b1', 'a1'], ['a2', 'a1'], ['a1'])
  expect(merge).toEqual({
    lane: 0,
    above: [],
    below: [
      [0, 0],
      [0, 1],
    ],
    width: 2,
  })
  expect(side).toEqual({
    lane: 1,
    above: [
      [0, 0],
      [1, 1],
    ],
    below: [
      [0, 0],
      [1, 1],
    ],
    width: 2,
  })
  expect(main).toEqual({
    lane: 0,
    above: [
      [0, 0],
      [1, 1],
    ],
    below: [
      [1, 0],
      [0, 0],
    ],
    width: 2,
  })
  expect(base).toEqual({ lane: 0, above: [[0, 0]], below: [], width: 1 })
})

test('two branches side by side join at their common parent, and the lane is used again', () => {
  const rows = lanesOf(['x', 'base'], ['y', 'base'], ['base', 'root'], ['root'], ['other'])
  expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 0, 0, 0])
  expect(rows[1]?.below).toEqual([
    [0, 0],
    [1, 0],
  ])
  expect(rows[2]?.above).toEqual([[0, 0]])
  expect(rows[4]).toEqual({ lane: 0, above: [], below: [], width: 1 })
})

test('a merge of three', () => {
  expect(lanesOf(['m', 'a', 'b', 'c'])[0]).toEqual({
    lane: 0,
    above: [],
    below: [
      [0, 0],
      [0, 1],
      [0, 2],
    ],
    width: 3,
  })
})

test('what goes on below the last known commit keeps its lane', () => {
  const rows = lanesOf(['b', 'a'], ['t', 's'])
  expect(rows[1]).toEqual({
    lane: 1,
    above: [[0, 0]],
    below: [
      [0, 0],
      [1, 1],
    ],
    width: 2,
  })
})
