import { expect, test } from 'vitest'
import { gitVariables } from './git-settings.ts'

test('exactly the repository has a proxy, in both ways of writing it', () => {
  expect(gitVariables('https://github.com/owner/project.git', [])).toEqual([
    'GIT_CONFIG_COUNT=4',
    'GIT_CONFIG_KEY_0=http.https://github.com/owner/project.proxy',
    'GIT_CONFIG_VALUE_0=http://127.0.0.1:2223',
    'GIT_CONFIG_KEY_1=http.https://github.com/owner/project.sslCAInfo',
    'GIT_CONFIG_VALUE_1=/run/craftastic/git-proxy.pem',
    'GIT_CONFIG_KEY_2=http.https://github.com/owner/project.git.proxy',
    'GIT_CONFIG_VALUE_2=http://127.0.0.1:2223',
    'GIT_CONFIG_KEY_3=http.https://github.com/owner/project.git.sslCAInfo',
    'GIT_CONFIG_VALUE_3=/run/craftastic/git-proxy.pem',
  ])
})

test('plain http needs no certificate', () => {
  const variables = gitVariables('http://git.lan:3000/owner/project', [])
  expect(variables).toContain('GIT_CONFIG_KEY_1=http.http://git.lan:3000/owner/project.git.proxy')
  expect(variables.join()).not.toContain('sslCAInfo')
})

test('settings of the image stay in force', () => {
  const image = ['PATH=/bin', 'GIT_CONFIG_COUNT=1', 'GIT_CONFIG_KEY_0=a.b', 'GIT_CONFIG_VALUE_0=c']
  const variables = gitVariables('http://git.lan:3000/owner/project', image)
  expect(variables[0]).toBe('GIT_CONFIG_COUNT=3')
  expect(variables.join('\n')).not.toContain('KEY_0=')
})

test('without a repository there is nothing to set', () => {
  expect(gitVariables(null, [])).toEqual([])
})
