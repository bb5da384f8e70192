import { expect, test } from 'vitest'
import { parseTmuxSessions } from './tmux.ts'

const line = (...fields: string[]) => `${fields.join('\t')}\n`

test('reads name, terminals, activity and what runs', () => {
  const sessions = parseTmuxSessions(
    line(
      'session-1a2b3c4d',
      '/dev/pts/1,/dev/pts/2',
      '1763800000',
      '1763800000',
      '3',
      'main-20261122T180102003Z.cast',
      '0',
      'npm run dev',
      '/srv',
      'a title',
    ) + line('session-ffffffff', '', '1763800001', '', '', '../x', '0', 'bash', '', ''),
  )
  const first = {
    name: 'session-1a2b3c4d',
    attached: 2,
    lastActivity: new Date(1763800000000),
    bells: 3,
    hasRecorder: false,
  }
  const second = {
    name: 'session-ffffffff',
    attached: 0,
    lastActivity: new Date(1763800001000),
    bells: 0,
    hasRecorder: false,
  }
  expect(sessions).toEqual([
    {
      ...first,
      recording: 'main-20261122T180102003Z.cast',
      currentCommand: 'npm run dev',
      currentDirectory: '/srv',
      title: 'a title',
    },
    { ...second, recording: null, currentCommand: 'bash', currentDirectory: null, title: null },
  ])
})

test('a control connection is no terminal, and its look no activity', () => {
  const [session] = parseTmuxSessions(line('s', 'client-31', '9', '9', '', '', '0', 'bash', '/', ''))
  expect(session).toMatchObject({ attached: 0, lastActivity: null })
})

test('leaves out lines that a program inside has bent', () => {
  const bent = `a b c d\n\n${line('s', '', 'x', '', '', '', '0', 'bash', '/', '')}${line('s', '', '1', '', '', '', '0', 'a', 'b', 'c', 'd')}`
  expect(parseTmuxSessions(bent)).toEqual([])
})

test('bounds what programs chose, and takes out what is not to be seen', () => {
  const [session] = parseTmuxSessions(
    line('s', '', '1', '', '', '', '0', 'x'.repeat(5000), `/${'d'.repeat(5000)}`, 'a\u202e\u009bb'),
  )
  expect(session?.currentCommand).toHaveLength(200)
  expect(session?.currentDirectory).toHaveLength(1024)
  expect(session?.title).toBe('a b')
})
