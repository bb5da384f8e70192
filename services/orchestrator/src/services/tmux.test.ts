import { expect, test } from 'vitest'
import { parseTmuxSessions } from './tmux.ts'

test('reads name, clients, activity and command', () => {
  const sessions = parseTmuxSessions('session-1a2b3c4d 2 1763800000 npm run dev\nsession-ffffffff 0 1763800001 bash\n')
  expect(sessions).toEqual([
    { name: 'session-1a2b3c4d', attached: 2, lastActivity: new Date(1763800000000), currentCommand: 'npm run dev' },
    { name: 'session-ffffffff', attached: 0, lastActivity: new Date(1763800001000), currentCommand: 'bash' },
  ])
})

test('leaves out lines that a program inside has bent', () => {
  expect(parseTmuxSessions('a b c d\n\nsession-1 x 1 bash\nsession-2 0 5 \n')).toEqual([
    { name: 'session-2', attached: 0, lastActivity: new Date(5000), currentCommand: '' },
  ])
})

test('bounds a command name', () => {
  expect(parseTmuxSessions(`s 0 1 ${'x'.repeat(5000)}\n`)[0]?.currentCommand).toHaveLength(200)
})
