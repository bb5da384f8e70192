import { expect, test } from 'vitest'
import { parseTmuxHistory } from './tmux-history.ts'

const parse = (output: string, maxBytes = 1000) => parseTmuxHistory(Buffer.from(output), maxBytes)

const kept = { keptLines: 20_000, full: false }

test('reads the lines above the state of the screen', () => {
  expect(parse('one\n\u001b[31mtwo\u001b[39m\n\n$ \n0 3 20000\n')).toEqual({
    alternateScreen: false,
    text: 'one\n\u001b[31mtwo\u001b[39m\n\n$ \n',
    truncated: false,
    ...kept,
  })
})

test('a full-screen program has no history', () => {
  expect(parse('~\n~\n1 3 20000\n')).toEqual({ alternateScreen: true, text: '', truncated: false, ...kept })
})

test('a pane without lines is empty', () => {
  expect(parse('0 0 20000\n')).toEqual({ alternateScreen: false, text: '', truncated: false, ...kept })
})

test('what was cut at the front begins with a whole line', () => {
  const output = Buffer.from('漢字\ntwo\n0 3 20000\n').subarray(1)
  expect(parseTmuxHistory(output, output.length)).toEqual({
    alternateScreen: false,
    text: 'two\n',
    truncated: true,
    ...kept,
  })
  const oneLine = Buffer.from('xxxx\n0 3 20000\n')
  expect(parseTmuxHistory(oneLine, oneLine.length)).toEqual({
    alternateScreen: false,
    text: '',
    truncated: true,
    ...kept,
  })
})

test.each(['', '\n', 'one\ntwo\n', 'one\n0 1 2', '01 1 2\n', '0 1\n'])('%j is no answer', (output) => {
  expect(parse(output)).toBeNull()
})

test.each([
  [17_999, false],
  [18_000, true],
  [20_000, true],
])('with %i of 20,000 lines it is full: %s', (size, full) => {
  expect(parse(`x\n0 ${size} 20000\n`)).toMatchObject({ keptLines: 20_000, full })
})
