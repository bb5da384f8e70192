import { describe, expect, test } from 'vitest'
import type { TmuxSession } from './tmux.ts'
import { controlLine } from './control-protocol.ts'
import { createControlReader, subscribeLine } from './tmux-control.ts'

describe('a line', () => {
  test.each([
    ['; kill-server', '"; kill-server"'],
    ['#{session_name}', '"#{session_name}"'],
    ['$(id) $HOME', '"\\$(id) \\$HOME"'],
    ['a"b\'c', '"a\\"b\'c"'],
    ['a\\', '"a\\\\"'],
    ['one\nkill-server\r\t\x7f', '"one\\012kill-server\\015\\011\\177"'],
    ['wörld', '"wörld"'],
    ['', '""'],
  ])('keeps %j one argument', (argument, quoted) => {
    expect(controlLine(['display-message', argument])).toBe(`"display-message" ${quoted}\n`)
  })

  test('takes no NUL', () => expect(() => controlLine(['a\0b'])).toThrow(TypeError))

  test('has one end, also the one that subscribes', () => expect(subscribeLine.match(/[\n\r]/g)).toEqual(['\n']))
})

function read(...chunks: (string | Buffer)[]) {
  const seen: TmuxSession[][] = []
  const ends: string[] = []
  const take = createControlReader({ onSessions: (sessions) => seen.push(sessions), onEnd: (why) => ends.push(why) })
  for (const chunk of chunks) take(Buffer.from(chunk))
  return { seen, ends }
}

const recording = 'one-20261122T180102003Z.cast'
const value = `one\t/dev/pts/3,client-9\t60\t\t2\t${recording}\t1\tvim\t/tmp\tnötes\x1etwo\t\t120\t120\t\t\t0\tbash\t/\t\x1e`
const changed = `%subscription-changed sessions $0 - - - : ${value}\n`
const one = {
  name: 'one',
  attached: 1,
  lastActivity: new Date(60_000),
  bells: 2,
  recording,
  hasRecorder: true,
  currentCommand: 'vim',
  currentDirectory: '/tmp',
  title: 'nötes',
}

describe('a reader', () => {
  test('tells all sessions of a change', () => {
    const two = {
      attached: 0,
      lastActivity: null,
      bells: 0,
      recording: null,
      hasRecorder: false,
      currentCommand: 'bash',
      currentDirectory: '/',
      title: null,
    }
    expect(read('%session-changed $0 one\n', changed).seen).toEqual([[one, { name: 'two', ...two }]])
  })

  test('does not care how the bytes come, not even in the middle of a character', () => {
    const bytes = Buffer.from(changed)
    const { seen } = read(...Array.from(bytes, (byte) => Buffer.from([byte])))
    expect(seen[0]?.[0]).toEqual(one)
  })

  test('takes nothing inside an answer for a notification', () => {
    const { seen, ends } = read(`%begin 5 7 1\n${changed}%end 5 8 1\n%exit\n%error 4 7 1\n%end 5 7 1\n`, changed)
    expect(seen).toHaveLength(1)
    expect(ends).toEqual([])
  })

  test('tells when a command was refused and when tmux lets go', () => {
    expect(read('%begin 1 2 1\nunknown command\n%error 1 2 1\n').ends).toEqual(['a command was refused'])
    expect(read('%exit detached\n').ends).toEqual(['%exit detached'])
  })

  test('leaves out a record that is bent, and reads the others', () => {
    const bent = `%subscription-changed sessions $0 - - - : x\ty\x1e${value}\n`
    expect(read(bent).seen[0]?.map(({ name }) => name)).toEqual(['one', 'two'])
  })

  test('gives up on a line without an end', () => {
    expect(read(Buffer.alloc(5 * 1024 * 1024, 'x')).ends).toEqual(['a line is too long'])
  })
})
