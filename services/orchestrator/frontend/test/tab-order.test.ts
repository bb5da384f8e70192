import { act, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { arrange, moveTo, useTabOrder } from '@/lib/tab-order'
import { placeAt } from '@/lib/use-tab-drag'
import { aSession } from './fixtures'

const sessions = ['a', 'b', 'c'].map((id) => aSession({ id }))
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id).join('')

test('what was arranged comes first; new ones go to the end, gone ones leave no gap', () => {
  expect(idsOf(arrange(sessions, ['c', 'gone', 'a']))).toBe('cab')
  expect(idsOf(arrange(sessions, []))).toBe('abc')
})

test.each([
  ['a', 2, 'bca'],
  ['c', 0, 'cab'],
  ['a', -1, 'abc'],
  ['a', 9, 'bca'],
])('%s moved to %i', (id, place, expected) => {
  expect(moveTo(['a', 'b', 'c'], id, place).join('')).toBe(expected)
})

test('the place under the pointer is among the middles of the others', () => {
  expect([5, 60, 500].map((x) => placeAt(x, [50, 150]))).toEqual([0, 1, 2])
})

test('the order is remembered for its environment only', () => {
  const first = renderHook(() => useTabOrder('one', sessions))
  act(() => first.result.current.moveTab('c', 0))
  expect(idsOf(first.result.current.tabs)).toBe('cab')
  expect(idsOf(renderHook(() => useTabOrder('one', sessions)).result.current.tabs)).toBe('cab')
  expect(idsOf(renderHook(() => useTabOrder('two', sessions)).result.current.tabs)).toBe('abc')
})
