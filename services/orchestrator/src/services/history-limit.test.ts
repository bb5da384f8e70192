import { expect, test } from 'vitest'
import { historyLimitConf } from './history-limit.ts'

const mebibyte = 1024 ** 2

test.each([
  [64, 6_875],
  [128, 13_751],
  [512, 20_000],
  [8192, 20_000],
])('with %i MiB of memory the first session keeps %i lines', (memory, lines) => {
  expect(historyLimitConf(memory * mebibyte)).toMatch(new RegExp(`^set -g history-limit ${lines}\n`))
})

test('no memory is too small for some lines', () => {
  expect(historyLimitConf(0)).toMatch(/^set -g history-limit 1000\n/)
})
