import { expect, test } from 'vitest'
import { projectAnswerHeaders, projectRequestHeaders, readGitRequest, repositoryUrls } from './git-requests.ts'

const repository = 'https://github.com/owner/project'

test.each([
  ['GET', '/info/refs?service=git-upload-pack', 'git-upload-pack', 'refs'],
  ['GET', '.git/info/refs?service=git-receive-pack', 'git-receive-pack', 'refs'],
  ['POST', '/git-upload-pack', 'git-upload-pack', 'exchange'],
  ['POST', '.git/git-receive-pack', 'git-receive-pack', 'exchange'],
])('%s of %s is smart HTTP', (method, path, service, phase) => {
  const read = readGitRequest(method, repository + path, repository)
  expect(read).toMatchObject({ service, phase })
  expect(read?.url.href).toBe(repository + path)
})

test.each([
  ['GET', '/info/refs'],
  ['GET', '/info/refs?service=git-upload-pack&service=git-receive-pack'],
  ['GET', '/info/refs?service=git-upload-pack#x'],
  ['GET', '/info/refs?service=git-upload-archive'],
  ['GET', '/info/refs?service=--upload-pack=x'],
  ['GET', '/info/refs?SERVICE=git-upload-pack'],
  ['POST', '/info/refs?service=git-upload-pack'],
  ['HEAD', '/info/refs?service=git-upload-pack'],
  ['GET', '/git-upload-pack'],
  ['PUT', '/git-receive-pack'],
  ['POST', '/git-receive-pack?x'],
  ['POST', '/git-receive-pack/'],
  ['POST', '//git-receive-pack'],
  ['POST', '/../other/git-receive-pack'],
  ['POST', '/%2e%2e/other/git-receive-pack'],
  ['POST', '-other/git-receive-pack'],
  ['POST', '.git.git/git-receive-pack'],
  ['GET', '/HEAD'],
  ['GET', '/objects/info/packs'],
  ['GET', ''],
])('%s of %s is not', (method, path) => {
  expect(readGitRequest(method, repository + path, repository)).toBeNull()
})

test.each([
  'https://github.com.evil.example/owner/project/git-upload-pack',
  'https://github.com@evil.example/owner/project/git-upload-pack',
  'https://evil.example/https://github.com/owner/project/git-upload-pack',
  'http://github.com/owner/project/git-upload-pack',
  'HTTPS://github.com/owner/project/git-upload-pack',
  'https://github.com:443/owner/project/git-upload-pack',
  'https://github.com/Owner/project/git-upload-pack',
])('%s is another repository', (url) => {
  expect(readGitRequest('POST', url, repository)).toBeNull()
})

test('a repository has two addresses, however it was written', () => {
  for (const written of [repository, `${repository}/`, `${repository}.git`, `${repository}.git/`]) {
    expect(repositoryUrls(written)).toEqual([repository, `${repository}.git`])
  }
})

const push = readGitRequest('POST', `${repository}/git-receive-pack`, repository)
const fetch = readGitRequest('POST', `${repository}/git-upload-pack`, repository)

test('only known headers go on', () => {
  if (push === null || fetch === null) throw new Error('not read')
  const headers = {
    authorization: 'Basic eDp5',
    'proxy-authorization': 'Basic eDp5',
    cookie: 'a=b',
    'x-forwarded-for': '192.0.2.1',
    'private-token': 'x',
    host: 'evil.example',
    connection: 'upgrade',
    'transfer-encoding': 'chunked',
    'git-protocol': 'version=2',
    'content-type': 'application/x-git-upload-pack-request',
    'content-encoding': 'gzip',
    'accept-encoding': 'gzip',
    'user-agent': 'git/2.47.3',
  }
  expect(projectRequestHeaders(headers, fetch)).toEqual({
    'git-protocol': 'version=2',
    'content-type': 'application/x-git-upload-pack-request',
    'content-encoding': 'gzip',
    'accept-encoding': 'gzip',
    'user-agent': 'git/2.47.3',
  })
  // Both bodies of a push are read on their way.
  expect(projectRequestHeaders(headers, push)).not.toHaveProperty('content-encoding')
  expect(projectRequestHeaders(headers, push)).not.toHaveProperty('accept-encoding')
  expect(projectRequestHeaders({ 'user-agent': 'curl/8' }, fetch)['user-agent']).toMatch(/^git\//)
})

test('only known headers come back', () => {
  const headers = {
    'content-type': 'application/x-git-upload-pack-result',
    'cache-control': 'no-cache',
    'set-cookie': ['a=b'],
    'www-authenticate': 'Basic',
    location: 'https://evil.example/',
    'x-echo': 'Basic eDp5',
  }
  expect(projectAnswerHeaders(headers)).toEqual({
    'content-type': 'application/x-git-upload-pack-result',
    'cache-control': 'no-cache',
  })
})
