import { expect, test } from 'vitest'
import { checkRepositoryUrl, readGitHosts } from './git-hosts.ts'

const open = readGitHosts([])
const narrow = readGitHosts(['github.com', 'git.internal', 'http://192.0.2.7:3000'])

test.each([
  ['https://github.com/owner/project', 'https://github.com/owner/project'],
  ['https://GitHub.com/owner/project.git', 'https://github.com/owner/project.git'],
  ['https://gitlab.com/group/sub/project', 'https://gitlab.com/group/sub/project'],
  ['https://github.com:443/owner/.github', 'https://github.com/owner/.github'],
])('%s is allowed and re-serialised', (value, url) => {
  expect(checkRepositoryUrl(value, open)).toEqual({ url })
})

test.each([
  'file:///etc/passwd',
  'ext::sh -c id',
  'ssh://git@github.com/owner/project',
  'git@github.com:owner/project.git',
  '--upload-pack=touch /tmp/x',
  '-oProxyCommand=id',
  'https://user:secret@github.com/owner/project',
  'https://token@github.com/owner/project',
  'https://@github.com/owner/project',
  'https://github.com/owner/project?x=1',
  'https://github.com/owner/project#x',
  'https://github.com/owner/../project',
  'https://github.com/owner/%2e%2e/project',
  'https://github.com/owner/pro ject',
  'https://github.com/owner/pro\tject',
  'https://github.com/owner/project\n',
  'https:\\\\github.com\\owner',
  'https://github.com/',
  'https://github.com/--upload-pack=x/y',
  'http://github.com/owner/project',
  'https://github.com:8443/owner/project',
  'https://localhost/owner/project',
  'https://127.0.0.1/owner/project',
  'https://0x7f.1/owner/project',
  'https://2130706433/owner/project',
  'https://[::1]/owner/project',
  'https://ⓛocalhost/owner/project',
  'https://github.com./owner/project',
  'https://build.internal/owner/project',
  'https://intranet/owner/project',
  'https://printer.local/owner/project',
  `https://github.com/${'a'.repeat(3000)}`,
])('%s is refused', (value) => {
  expect(checkRepositoryUrl(value, open)).toHaveProperty('refused')
})

test('a list of names narrows what is allowed, and makes a private name possible', () => {
  expect(checkRepositoryUrl('https://github.com/owner/project', narrow)).toHaveProperty('url')
  expect(checkRepositoryUrl('https://git.internal/owner/project', narrow)).toHaveProperty('url')
  expect(checkRepositoryUrl('https://gitlab.com/owner/project', narrow)).toHaveProperty('refused')
  expect(checkRepositoryUrl('https://github.com.evil.example.org/o/p', narrow)).toHaveProperty('refused')
})

test('plain http is for exactly the host and port that were named', () => {
  expect(checkRepositoryUrl('http://192.0.2.7:3000/owner/project', narrow)).toEqual({
    url: 'http://192.0.2.7:3000/owner/project',
  })
  expect(checkRepositoryUrl('http://192.0.2.7:3001/owner/project', narrow)).toHaveProperty('refused')
  expect(checkRepositoryUrl('http://192.0.2.7/owner/project', narrow)).toHaveProperty('refused')
  expect(checkRepositoryUrl('https://192.0.2.7:3000/owner/project', narrow)).toHaveProperty('refused')
})
