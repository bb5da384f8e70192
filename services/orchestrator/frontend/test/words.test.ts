// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { formatBytes } from '@/lib/bytes'
import { branchPage, deployKeyPage, freeName, repositoryLabel, repositoryPage, suggestName } from '@/lib/repository'
import { loginPath, safeReturnPath } from '@/lib/return-path'
import { clockTime, duration, relativeTime, timeUntil } from '@/lib/time'
import { namePrograms } from '@/lib/programs'
import { nextSessionName } from '@/lib/use-terminals'

describe('a name from a repository', () => {
  test.each([
    ['https://github.com/acme/orchestrator.git', 'orchestrator'],
    ['https://github.com/acme/orchestrator/', 'orchestrator'],
    ['https://gitlab.com/group/sub/.github', 'github'],
    ['git@github.com:acme/orchestrator.git', 'orchestrator'],
    ['ssh://git@git.lan:2222/acme/orchestrator', 'orchestrator'],
    ['https://github.com/', ''],
    ['https://git', ''],
    ['not a url', ''],
  ])('%s → "%s"', (url, name) => {
    expect(suggestName(url, [])).toBe(name)
  })

  test('avoids the names that are taken, whatever their case', () => {
    expect(suggestName('https://github.com/acme/site', ['Site', 'site-2'])).toBe('site-3')
    expect(freeName('scratch', [])).toBe('scratch')
  })

  test('shows owner and name', () => {
    expect(repositoryLabel('https://github.com/acme/site.git')).toBe('acme/site')
    expect(repositoryLabel('git@github.com:acme/site.git')).toBe('acme/site')
  })

  test('links a branch only where the layout of its page is known', () => {
    expect(branchPage('https://github.com/acme/site.git', 'fix/a b')).toBe(
      'https://github.com/acme/site/tree/fix/a%20b',
    )
    expect(branchPage('https://git.example.com/acme/site', 'main')).toBeNull()
    expect(branchPage('git@codeberg.org:acme/site.git', 'main')).toBe('https://codeberg.org/acme/site/src/branch/main')
  })

  test('leads to the page of a repository, and to that of its deploy keys', () => {
    expect(repositoryPage('https://git.example.com/acme/site')).toBe('https://git.example.com/acme/site')
    expect(repositoryPage('ssh://git@github.com/acme/site.git')).toBe('https://github.com/acme/site')
    expect(repositoryPage('git@git.example.com:acme/site')).toBeNull()
    expect(deployKeyPage('git@github.com:acme/site.git')).toEqual({
      host: 'github.com',
      url: 'https://github.com/acme/site/settings/keys',
    })
    expect(deployKeyPage('https://gitlab.com/group/sub/site')?.url).toMatch(/sub\/site\/-\/settings\/repository#/)
    expect(deployKeyPage('ssh://git@git.lan:2222/acme/site')).toBeNull()
  })
})

describe('where to go after signing in', () => {
  test.each(['/environments/1?x=1', '/'])('%s is a path of ours', (path) => expect(safeReturnPath(path)).toBe(path))
  test.each([null, 'https://evil.example', '//evil.example', '/\\evil.example', '/\n/evil', 'javascript:alert(1)'])(
    '%j is not',
    (path) => expect(safeReturnPath(path)).toBe('/'),
  )
  test('the wish travels in the address', () => {
    expect(loginPath('/environments/1')).toBe('/login?to=%2Fenvironments%2F1')
    expect(loginPath('/')).toBe('/login')
  })
})

describe('times and sizes', () => {
  const now = Date.parse('2026-05-01T12:00:00Z')
  test.each([
    ['2026-05-01T12:00:05Z', 'just now'],
    ['2026-05-01T11:59:30Z', 'just now'],
    ['2026-05-01T11:59:10Z', '1 minute ago'],
    ['2026-05-01T11:01:00Z', '1 hour ago'],
    ['2026-05-01T09:00:00Z', '3 hours ago'],
    ['2026-04-30T11:00:00Z', 'yesterday'],
    ['2025-01-01T00:00:00Z', 'last year'],
  ])('%s is %s', (at, words) => expect(relativeTime(at, now)).toBe(words))

  test('durations', () => {
    expect([420, 12_300, 125_000, 4_830_000].map(duration)).toEqual(['0.4 s', '12 s', '2 min 5 s', '1 h 20 min'])
  })

  test.each([
    ['2026-05-01T11:59:00Z', 'now'],
    ['2026-05-01T12:00:20Z', 'in 1 min'],
    ['2026-05-01T12:12:00Z', 'in 12 min'],
    ['2026-05-01T14:00:00Z', 'in 2 h'],
    ['2026-05-01T14:05:00Z', 'in 2 h 5 min'],
    ['2026-05-08T12:00:00Z', 'in 7 days'],
  ])('until %s: %s', (at, words) => expect(timeUntil(at, now)).toBe(words))

  test('a clock tells the day where it is another one', () => {
    const local = (day: number) => new Date(2026, 4, day, 14, 32)
    expect(clockTime(local(1).toISOString(), local(1).getTime())).toBe('14:32')
    expect(clockTime(local(2).toISOString(), local(1).getTime())).toBe('Sat 14:32')
  })

  test('bytes', () => {
    expect([formatBytes(0), formatBytes(1536), formatBytes(118 * 2 ** 20), formatBytes(1.5 * 2 ** 30)]).toEqual([
      '0 B',
      '1.5 KiB',
      '118 MiB',
      '1.5 GiB',
    ])
  })
})

test('names the programs that somebody would miss', () => {
  const named = (...commands: (string | null)[]) => namePrograms(commands.map((currentCommand) => ({ currentCommand })))
  expect(named('node', 'bash', 'vim', 'node')).toBe('node and vim')
  expect(named('bash', null)).toBeNull()
})

test('the next terminal takes the first free number', () => {
  expect(nextSessionName([])).toBe('Terminal 1')
  expect(nextSessionName([{ name: 'Terminal 1' }, { name: null }, { name: 'terminal 3' }])).toBe('Terminal 2')
})
