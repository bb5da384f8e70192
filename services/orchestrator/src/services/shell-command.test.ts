import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { inDirectory, lastBytesOf, shellCommand } from './shell-command.ts'

const run = (line: string) => execFileSync('/bin/sh', ['-c', line]).toString('utf8')

const awkward = [
  '',
  ' ',
  "it's",
  '"quoted"',
  '$HOME',
  '`id`',
  '$(id)',
  'a;b',
  'a&&b|c>d<e',
  '*?[x]',
  '~',
  '\\',
  "\\'",
  'line\nbreak',
  '--flag=value',
  '#not a comment',
  '!!',
  'ünïcödé 🙂',
  '#(touch /tmp/tmux-format)',
]

test.each(awkward)('%j stays one literal argument', (argument) => {
  expect(run(shellCommand(['printf', '%s|', argument, 'end']))).toBe(`${argument}|end|`)
})

test('many arguments keep their order and number', () => {
  expect(run(shellCommand(['printf', '<%s>', ...awkward]))).toBe(awkward.map((argument) => `<${argument}>`).join(''))
})

test('a NUL byte is refused', () => {
  expect(() => shellCommand(['echo', 'a\0b'])).toThrow(TypeError)
})

test('a command runs in its directory', () => {
  expect(run(shellCommand(inDirectory('/usr/bin', ['pwd'])))).toBe('/usr/bin\n')
})

test('a command whose directory is gone runs in the home directory', () => {
  const line = shellCommand(inDirectory('/no/such; touch x', ['pwd']))
  expect(execFileSync('/bin/sh', ['-c', line], { env: { HOME: '/usr' } }).toString('utf8')).toBe('/usr\n')
})

test('only the last bytes of a command arrive, whatever its arguments are', () => {
  expect(run(shellCommand(lastBytesOf(7, ['printf', '%s', "one; two's three"])))).toBe('s three')
  expect(run(shellCommand(lastBytesOf(100, ['printf', '%s', '$(id)'])))).toBe('$(id)')
})
