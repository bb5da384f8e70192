import { expect, test } from 'vitest'
import { parseCommandLines, parseProcessTable } from './process-table.ts'

/** What follows the session in a record: 46 numbers, one of them the largest there is. */
const rest = ['0', '-1', ...Array.from({ length: 43 }, () => '0'), '18446744073709551615'].join(' ')
const record = (start: string) => `${start} ${rest}\n`

test('reads a record', () => {
  expect(parseProcessTable(record('132 (npm test) S 131 120 110'))).toEqual([
    { pid: 132, name: 'npm test', state: 'sleeping', parentPid: 131, groupId: 120, sessionId: 110 },
  ])
})

test.each([
  ['R', 'running'],
  ['D', 'running'],
  ['t', 'running'],
  ['S', 'sleeping'],
  ['T', 'suspended'],
  ['Z', 'ended'],
  ['X', 'ended'],
])('%s means %s', (letter, state) => {
  expect(parseProcessTable(record(`7 (x) ${letter} 1 7 7`))).toMatchObject([{ state }])
})

test.each(['(sd-pam)', 'a) R 1 (b', ') S 1 1 1 0 -1', 'a\nb', 'x\n9 (y) S 1', '', ')', '\0', 'ein Prozeß', '\u{fffd}'])(
  'a process may be named %j',
  (name) => {
    const table = record('1 (init) S 0 1 1') + record(`20 (${name}) S 1 20 20`) + record('30 (bash) S 1 30 30')
    expect(parseProcessTable(table).map((process) => [process.pid, process.name])).toEqual([
      [1, 'init'],
      [20, name],
      [30, 'bash'],
    ])
  },
)

test.each([
  '',
  'Permission denied\n',
  '5 (x y) S 1 5 5 0 -1\n',
  '5 (x) S 1 5 5',
  record('12345678901 (x) S 1 5 5'),
  record(`5 (${'n'.repeat(16)}) S 1 5 5`),
])('leaves out what is no record: %j', (junk) => {
  const table = `${junk}\n${record('30 (bash) S 1 30 30')}`
  expect(parseProcessTable(table).map(({ pid }) => pid)).toEqual([30])
})

test('reads a megabyte of nonsense in no time', () => {
  const startedAt = performance.now()
  for (const nonsense of ['1 (', '1 (x) S 1 ', '9', '5 (x) S 1 1 1 0 -1 '])
    expect(parseProcessTable(nonsense.repeat(1_000_000 / nonsense.length))).toEqual([])
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

test('reads command lines, without those that are gone', () => {
  const output =
    '==> /proc/7/cmdline <==\n/bin/sh\0-c\0echo "a\nb"\0\n==> /proc/8/cmdline <==\n' +
    '\n==> /proc/9/cmdline <==\nnpm test\0\0\0\0'
  expect([...parseCommandLines(output)]).toEqual([
    [7, ['/bin/sh', '-c', 'echo "a\nb"']],
    [8, []],
    [9, ['npm test']],
  ])
  expect([...parseCommandLines('')]).toEqual([])
})
