import { expect, test } from 'vitest'
import { cloneCommand } from './clone-repository.ts'

const target = { repositoryUrl: 'https://github.com/owner/project', branch: 'main', stallSeconds: 30 }

test('the URL stands behind the end of options, the branch within its own', () => {
  const command = cloneCommand(target)
  expect(command.slice(-4)).toEqual(['--branch=main', '--', target.repositoryUrl, '/workspace'])
})

test('only the protocol of the URL is allowed, and nobody is asked', () => {
  expect(cloneCommand(target)).toContain('GIT_ALLOW_PROTOCOL=https')
  expect(cloneCommand({ ...target, repositoryUrl: 'http://git.lan:3000/a/b' })).toContain('GIT_ALLOW_PROTOCOL=http')
  for (const repositoryUrl of ['git@github.com:owner/project.git', 'ssh://git@github.com/owner/project']) {
    expect(cloneCommand({ ...target, repositoryUrl })).toContain('GIT_ALLOW_PROTOCOL=ssh')
  }
  expect(cloneCommand(target)).toContain('GIT_TERMINAL_PROMPT=0')
  expect(cloneCommand(target).join(' ')).toContain('-o BatchMode=yes')
})

test('hooks, helpers, redirects and submodules are off', () => {
  const line = cloneCommand(target).join(' ')
  for (const part of [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'credential.helper= ',
    'http.followRedirects=false',
  ]) {
    expect(line).toContain(`-c ${part}`)
  }
  expect(line).toContain('--no-recurse-submodules')
})

test("without a branch it is the remote's default", () => {
  expect(cloneCommand({ ...target, branch: null }).join(' ')).not.toContain('--branch')
})
