import { describe, expect, test } from 'vitest'
import type { Process } from '../services/process-table.ts'
import { judgeLook, processesToRead, type IdleLook } from './idle-rules.ts'

const now = new Date('2026-01-01T12:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

type Given = Partial<Process> & { pid: number; argv?: string[] | 'gone' }
/** By default a sleeping process in a group and a session of its own. */
const process = ({ pid, argv: _, ...given }: Given): Process => ({
  name: 'bash',
  state: 'sleeping',
  parentPid: 1,
  groupId: pid,
  sessionId: pid,
  ...given,
  pid,
})

/** As every environment has them: the way in, a command of the server, and tmux with one pane at its prompt. */
const always: Given[] = [
  { pid: 1, name: 'docker-init', parentPid: 0 },
  { pid: 7, name: 'sh', parentPid: 1, sessionId: 1, argv: ['/bin/sh', '-c', 'eval "$CRAFTASTIC_START"'] },
  { pid: 11, name: 'sshd', parentPid: 7, sessionId: 1 },
  { pid: 35, name: 'sshd-session', parentPid: 11 },
  { pid: 37, name: 'sshd-session', parentPid: 35, sessionId: 35 },
  { pid: 38, name: 'sh', parentPid: 37, argv: ['sh', '/run/craftastic/with-channel.sh', 'cat'] },
  { pid: 39, name: 'cat', parentPid: 38, sessionId: 38, state: 'running' },
  { pid: 22, name: 'tmux: server', state: 'running' },
  { pid: 27, parentPid: 22, argv: ['/bin/bash'] },
]
const pane = { sessionName: 'session-1a2b3c4d', attached: 0, lastOutput: minutesAgo(90), pid: 27 }

function look(more: Given[] = [], panes = [pane]): IdleLook {
  const given = [...always.filter(({ pid }) => !more.some((other) => other.pid === pid)), ...more]
  const processes = given.map(process)
  const commandLines = new Map(given.flatMap(({ pid, argv = [] }) => (argv === 'gone' ? [] : [[pid, argv] as const])))
  const sessionNames = new Map([['session-1a2b3c4d', 'main']])
  return { panes, processes, commandLines, sessionNames }
}

const awake = (more: Given[], panes = [pane]) => judgeLook(look(more, panes), minutesAgo(60), now)

describe('idle', () => {
  test.each<[string, Given[]]>([
    ['a prompt', []],
    ['a prompt of a login shell', [{ pid: 27, name: 'zsh', parentPid: 22, argv: ['-zsh', '-l'] }]],
    ['a nested shell at its prompt', [{ pid: 40, name: 'fish', parentPid: 27, argv: ['fish', '--no-config'] }]],
    ['with a file of settings', [{ pid: 40, parentPid: 27, argv: ['bash', '--rcfile', '/tmp/rc', '-i'] }]],
    ['with an option of the shell', [{ pid: 40, parentPid: 27, argv: ['bash', '-o', 'vi', '+x'] }]],
    ['a pane that is gone', [{ pid: 27, name: 'bash', parentPid: 22, state: 'ended' }]],
    ['a program that has ended', [{ pid: 40, name: 'node', parentPid: 27, state: 'ended' }]],
    ['an agent', [{ pid: 40, name: 'ssh-agent' }]],
    ['an agent that belongs to a shell', [{ pid: 40, name: 'ssh-agent', parentPid: 27 }]],
    ['the watcher of git', [{ pid: 40, name: 'git', argv: ['git', 'fsmonitor--daemon', 'run', '--detach'] }]],
    ['the credentials of git', [{ pid: 40, name: 'git', argv: ['/usr/lib/git-core/git', 'credential-cache--daemon'] }]],
    [
      'the credentials of git, as a program of their own',
      [{ pid: 40, name: 'git-credential-', argv: ['git-credential-cache--daemon', '/tmp/s'] }],
    ],
    ['what a command of the server leaves behind', [{ pid: 41, name: 'cat', groupId: 390, sessionId: 390 }]],
    ['what has ended between two readings', [{ pid: 41, name: 'sh', groupId: 390, sessionId: 390, argv: 'gone' }]],
    ['an sshd that the engine started', [{ pid: 50, name: 'sshd-session', parentPid: 0 }]],
    [
      'a shell in a tmux server of the user',
      [
        { pid: 60, name: 'tmux: server' },
        { pid: 61, name: 'bash', parentPid: 60, argv: ['-bash'] },
      ],
    ],
  ])('%s', (_, more) => {
    expect(awake(more)).toEqual({ idleSince: minutesAgo(60) })
  })

  test('no tmux at all', () => {
    const { processes, ...rest } = look([], [])
    const withoutTmux = processes.filter(({ pid }) => pid !== 22 && pid !== 27)
    expect(judgeLook({ ...rest, processes: withoutTmux }, null, now)).toEqual({ idleSince: now })
  })

  test('begins now when it was awake before', () => {
    expect(judgeLook(look(), null, now)).toEqual({ idleSince: now })
  })

  test('begins with the last output, but never after now', () => {
    const other = (lastOutput: Date) => [pane, { ...pane, lastOutput }]
    expect(awake([], other(minutesAgo(10)))).toEqual({ idleSince: minutesAgo(10) })
    expect(awake([], other(minutesAgo(-10)))).toEqual({ idleSince: now })
  })
})

describe('awake', () => {
  const inMain = (name: string) => `"${name}" runs in session "main".`
  const inBackground = (name: string) => `"${name}" runs in the background.`

  test.each<[string, string, Given[]]>([
    ['a program', inMain('sleep 1000'), [{ pid: 40, name: 'sleep', parentPid: 27, argv: ['sleep', '1000'] }]],
    [
      'a program with programs of its own',
      inMain('npm test'),
      [
        { pid: 40, name: 'npm test', parentPid: 27, argv: ['npm test'] },
        { pid: 41, name: 'sh', parentPid: 40, argv: ['sh', '-c', 'node x.js'] },
        { pid: 42, name: 'MainThread', parentPid: 41, argv: ['node', 'x.js'] },
      ],
    ],
    ['a pane without a shell', inMain('top'), [{ pid: 27, name: 'top', parentPid: 22, argv: ['/usr/bin/top', '-b'] }]],
    ['a pane with a script', inMain('bash build.sh'), [{ pid: 27, parentPid: 22, argv: ['bash', './build.sh'] }]],
    ['a script', inMain('bash'), [{ pid: 40, parentPid: 27, argv: ['bash', '-e', 'build.sh'] }]],
    ['a script without a name', inMain('bash'), [{ pid: 40, parentPid: 27, argv: ['bash', '-lc', 'wait'] }]],
    ['a script after options', inMain('bash'), [{ pid: 40, parentPid: 27, argv: ['bash', '-o', 'vi', '-c', 'x'] }]],
    ['a shell that itself works', inMain('bash'), [{ pid: 27, parentPid: 22, state: 'running', argv: ['bash'] }]],
    ['a shell whose command line is not known', inMain('bash'), [{ pid: 27, parentPid: 22, argv: 'gone' }]],
    ['a program that has just ended', inMain('gcc'), [{ pid: 40, name: 'gcc', parentPid: 27, argv: 'gone' }]],
    [
      'a program in a nested shell',
      inMain('make all'),
      [
        { pid: 40, name: 'zsh', parentPid: 27, argv: ['zsh'] },
        { pid: 41, name: 'make', parentPid: 40, argv: ['make', 'all'] },
      ],
    ],
    [
      'a suspended program',
      '"vim" is suspended in session "main".',
      [{ pid: 40, name: 'vim', parentPid: 27, state: 'suspended', argv: ['vim', '+10'] }],
    ],
    ['a job without its shell', inBackground('sleep 1000'), [{ pid: 40, name: 'sleep', argv: ['sleep', '1000'] }]],
    [
      'a daemon with programs of its own',
      inBackground('node server.js'),
      [
        { pid: 40, name: 'MainThread', argv: ['node', 'server.js'] },
        { pid: 41, name: 'bash', parentPid: 40, argv: ['bash'] },
      ],
    ],
    ['a process whose parent is gone', inBackground('x'), [{ pid: 40, name: 'x', parentPid: 39_000 }]],
    ['a shell of an operator', inBackground('bash'), [{ pid: 40, parentPid: 0, argv: ['bash'] }]],
    ['a cat of the user', inBackground('cat'), [{ pid: 40, name: 'cat', sessionId: 390 }]],
    ['a shell without its session', inBackground('sh'), [{ pid: 40, name: 'sh', groupId: 390, sessionId: 390 }]],
    ['an sshd of the user', inBackground('sshd'), [{ pid: 40, name: 'sshd' }]],
    ['a git command', inMain('git fetch'), [{ pid: 40, name: 'git', parentPid: 27, argv: ['git', 'fetch'] }]],
    [
      'a program in a tmux server of the user',
      inBackground('top'),
      [
        { pid: 60, name: 'tmux: server' },
        { pid: 61, name: 'top', parentPid: 60, argv: ['top'] },
      ],
    ],
  ])('%s', (_, awakeReason, more) => {
    expect(awake(more)).toEqual({ awakeReason })
  })

  test('an attached terminal', () => {
    expect(awake([], [pane, { ...pane, pid: 28, attached: 1 }])).toEqual({ awakeReason: 'A terminal is attached.' })
  })

  test("a session that nobody named is told by tmux's name", () => {
    const elsewhere = [{ ...pane, sessionName: 'mine' }]
    const more = [{ pid: 27, name: 'top', parentPid: 22 }]
    expect(awake(more, elsewhere)).toEqual({ awakeReason: '"top" runs in session "mine".' })
  })
})

test.each<[string, Given]>([
  ['sleep', { pid: 40, name: 'sleep', argv: ['/usr/bin/sleep', '--help'] }],
  ['curl', { pid: 40, name: 'curl', argv: ['curl', 'https://me:secret@example.org/'] }],
  ['deploy', { pid: 40, name: 'deploy', argv: ['./deploy', '0123456789abcdef0123456789abcdef0'] }],
  ['env', { pid: 40, name: 'env', argv: ['env', 'TOKEN=secret'] }],
  ['node: worker 1/2', { pid: 40, name: 'node', argv: ['node: worker 1/2'] }],
  ['a) R 1 (b', { pid: 40, name: 'x', argv: ['/opt/tools/a) R 1 (b'] }],
  ['evil', { pid: 40, name: 'ev\n\u202eil' }],
  ['x'.repeat(60), { pid: 40, name: 'x', argv: ['x'.repeat(500)] }],
  ['😀'.repeat(60), { pid: 40, name: 'x', argv: ['😀'.repeat(70)] }],
  ['process 40', { pid: 40, name: '\n' }],
  ['process 40', { pid: 40, name: 'x', argv: ['/'] }],
])('calls a program %s', (name, given) => {
  expect(awake([given])).toEqual({ awakeReason: `"${name}" runs in the background.` })
})

test('reads the command lines of shells and of what runs in them, not of what programs start', () => {
  const { panes, processes } = look([
    { pid: 40, name: 'make', parentPid: 27 },
    { pid: 41, name: 'gcc', parentPid: 40 },
    { pid: 42, name: 'redis-server' },
  ])
  expect(processesToRead({ panes, processes })).toEqual([27, 40, 42])
})

test('a table that is bent in a circle has an end', () => {
  const circle = [
    { pid: 27, parentPid: 40, argv: ['bash'] },
    { pid: 40, parentPid: 27, argv: ['bash'] },
  ]
  expect(awake(circle)).toEqual({ idleSince: minutesAgo(60) })
})
