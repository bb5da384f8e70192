import { expect, test } from 'vitest'
import { checkRepositoryUrl, readGitHosts } from './git-hosts.ts'

const open = readGitHosts([])
const narrow = readGitHosts(['github.com', 'git.internal', 'http://192.0.2.7:3000'])

test.each([
  ['https://github.com/owner/project', 'https://github.com/owner/project'],
  ['https://GitHub.com/owner/project.git', 'https://github.com/owner/project.git'],
  ['https://gitlab.com/group/sub/project', 'https://gitlab.com/group/sub/project'],
  ['https://github.com:443/owner/.github', 'https://github.com/owner/.github'],
  ['ssh://git@github.com/owner/project', 'ssh://git@github.com/owner/project'],
  ['ssh://git@GitHub.com:22/owner/project.git', 'ssh://git@github.com/owner/project.git'],
  ['ssh://git@codeberg.org/~owner/project', 'ssh://git@codeberg.org/~owner/project'],
  ['git@github.com:owner/project.git', 'git@github.com:owner/project.git'],
  ['git@GitLab.com:group/sub/project', 'git@gitlab.com:group/sub/project'],
  ['git@codeberg.org:/srv/git/project.git', 'git@codeberg.org:/srv/git/project.git'],
])('%s is allowed and re-serialised', (value, url) => {
  expect(checkRepositoryUrl(value, open)).toMatchObject({ url })
})

test.each(['ssh://git@github.com/owner/project.git', 'git@github.com:owner/project.git'])(
  '%s leads to its host over SSH',
  (value) => {
    expect(checkRepositoryUrl(value, open)).toEqual({
      url: value,
      protocol: 'ssh',
      hostname: 'github.com',
      host: 'github.com',
      origin: 'ssh://github.com',
      path: 'owner/project.git',
    })
  },
)

test.each([
  'file:///etc/passwd',
  'ext::sh -c id',
  'ssh://github.com/owner/project',
  'ssh://git:secret@github.com/owner/project',
  'ssh://git@github.com:2222/owner/project',
  'ssh://git@github.com:0/owner/project',
  'ssh://git@github.com:99999/owner/project',
  'ssh://git@github.com/',
  'ssh://git@github.com/-x/y',
  'ssh://git@github.com/owner/../project',
  'ssh://git@github.com/owner/pro;ject',
  'ssh://git@github.com/owner/$(id)',
  'ssh://-oProxyCommand=id@github.com/owner/project',
  'ssh://git@-oProxyCommand=id/owner/project',
  'ssh://-oProxyCommand=id/owner/project',
  'ssh://git@localhost/owner/project',
  'ssh://git@127.0.0.1/owner/project',
  'ssh://git@0x7f.1/owner/project',
  'ssh://git@2130706433/owner/project',
  'ssh://git@[::1]/owner/project',
  'ssh://git@ⓛocalhost/owner/project',
  'ssh://git@github.com./owner/project',
  'ssh://git@build.internal/owner/project',
  'git+ssh://git@github.com/owner/project',
  'github.com:owner/project',
  'git@github.com:',
  'git@github.com:-x/y',
  'git@github.com:../project',
  'git@github.com:owner/../project',
  'git@github.com:owner/project?x',
  'git@github.com:2222:owner/project',
  'git@localhost:owner/project',
  'git@127.0.0.1:owner/project',
  'git@[::1]:owner/project',
  'git@-oProxyCommand=id:owner/project',
  '-oProxyCommand=id@github.com:owner/project',
  'git@git@github.com:owner/project',
  'git@github.com:owner/`id`',
  'git@github.com:owner/pro ject',
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
  expect(checkRepositoryUrl('http://192.0.2.7:3000/owner/project', narrow)).toMatchObject({
    url: 'http://192.0.2.7:3000/owner/project',
  })
  expect(checkRepositoryUrl('http://192.0.2.7:3001/owner/project', narrow)).toHaveProperty('refused')
  expect(checkRepositoryUrl('http://192.0.2.7/owner/project', narrow)).toHaveProperty('refused')
  expect(checkRepositoryUrl('https://192.0.2.7:3000/owner/project', narrow)).toHaveProperty('refused')
})

test('a list of names is for SSH as well, and another port or a private address for exactly what was named', () => {
  const named = readGitHosts(['github.com', 'ssh://192.0.2.7:2222', 'ssh://Git.lan:22'])
  expect(checkRepositoryUrl('git@github.com:owner/project', named)).toHaveProperty('url')
  expect(checkRepositoryUrl('git@gitlab.com:owner/project', named)).toHaveProperty('refused')
  expect(checkRepositoryUrl('ssh://git@192.0.2.7:2222/owner/project', named)).toHaveProperty('url')
  expect(checkRepositoryUrl('ssh://git@192.0.2.7/owner/project', named)).toHaveProperty('refused')
  expect(checkRepositoryUrl('https://192.0.2.7:2222/owner/project', named)).toHaveProperty('refused')
  expect(checkRepositoryUrl('git@git.lan:owner/project', named)).toHaveProperty('url')
  expect(checkRepositoryUrl('https://git.lan/owner/project', named)).toHaveProperty('refused')
})
