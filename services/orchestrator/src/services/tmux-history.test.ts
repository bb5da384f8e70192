import { expect, test } from 'vitest'
import { parseTmuxHistory } from './tmux-history.ts'

const parse = (output: string, maxBytes = 1000) => parseTmuxHistory(Buffer.from(output), maxBytes)

test('reads the lines above the state of the screen', () => {
  expect(parse('one\n\u001b[31mtwo\u001b[39m\n\n$ \n0\n')).toEqual({
    alternateScreen: false,
    text: 'one\n\u001b[31mtwo\u001b[39m\n\n$ \n',
    truncated: false,
  })
})

test('a full-screen program has no history', () => {
  expect(parse('~\n~\n1\n')).toEqual({ alternateScreen: true, text: '', truncated: false })
})

test('a pane without lines is empty', () => {
  expect(parse('0\n')).toEqual({ alternateScreen: false, text: '', truncated: false })
})

test('what was cut at the front begins with a whole line', () => {
  const output = Buffer.from('漢字\ntwo\n0\n').subarray(1)
  expect(parseTmuxHistory(output, output.length)).toEqual({ alternateScreen: false, text: 'two\n', truncated: true })
  const oneLine = Buffer.from('xxxx\n0\n')
  expect(parseTmuxHistory(oneLine, oneLine.length)).toEqual({ alternateScreen: false, text: '', truncated: true })
})

test.each(['', '\n', 'one\ntwo\n', 'one\n0', '01\n'])('%j is no answer', (output) => {
  expect(parse(output)).toBeNull()
})
