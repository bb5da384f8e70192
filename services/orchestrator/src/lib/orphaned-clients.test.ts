import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { SshConnection } from '../services/ssh.ts'
import { createOrphanedClients } from './orphaned-clients.ts'

/** An environment whose tmux has these clients: terminal to id. */
function setUp(clients: Record<string, string>, owned: string[]) {
  const detached: string[] = []
  const answer = (stdout: string) => ({
    exitCode: 0,
    stdout: Buffer.from(stdout),
    stderr: Buffer.alloc(0),
    overflowed: false,
  })
  const unused = () => {
    throw new Error('not used')
  }
  const ssh: SshConnection = {
    openCommand: unused,
    openTerminal: unused,
    forwardIn: unused,
    forwardInSocket: unused,
    closed: false,
    onClose: unused,
    close: unused,
    run: async (command) => {
      const terminals = Object.keys(clients)
      if (command.includes('list-clients')) return answer(terminals.map((number) => `/dev/pts/${number}\n`).join(''))
      if (command[0] === 'grep') {
        return answer(
          Object.entries(clients)
            .map(([number, id]) => `/run/craftastic/clients/${number}:${id}\n`)
            .join(''),
        )
      }
      const terminal = command.at(-1) ?? ''
      detached.push(terminal)
      return answer('')
    },
  }
  const orphans = createOrphanedClients({
    reach: { inside: (_, work) => work(ssh) },
    log: pino({ level: 'silent' }),
    isOurs: (id) => id.startsWith('ours.'),
    listEnvironments: () => ['environment'],
    listOwned: () => new Map(owned.length === 0 ? [] : [['environment', new Set(owned)]]),
  })
  return { orphans, detached }
}

test('counts an orphan at once and detaches it when it is still there at the next sweep', async () => {
  const { orphans, detached } = setUp({ 0: 'ours.a', 1: 'ours.b', 2: 'theirs.c' }, ['ours.a'])
  await orphans.sweep()
  expect(orphans.count()).toBe(1)
  expect(detached).toEqual([])
  await orphans.sweep()
  expect(detached).toEqual(['/dev/pts/1'])
})

test('finds one also where nobody has a terminal any more', async () => {
  const { orphans, detached } = setUp({ 1: 'ours.b' }, [])
  await orphans.sweep()
  await orphans.sweep()
  expect(detached).toEqual(['/dev/pts/1'])
})

test('leaves the clients of viewers and of other servers alone', async () => {
  const { orphans, detached } = setUp({ 0: 'ours.a', 1: 'theirs.b' }, ['ours.a'])
  await orphans.sweep()
  await orphans.sweep()
  expect(orphans.count()).toBe(0)
  expect(detached).toEqual([])
})
