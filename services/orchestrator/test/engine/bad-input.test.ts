/** Bad input gets a clear answer, and nothing is made. */
import { EnvironmentList, Problem } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { listLeftovers } from '@craftastic/testing/engine-leftovers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

const absentId = '00000000-0000-4000-8000-000000000000'

describeOnEngine('bad input', () => {
  const server = useEngineServer()
  let api: ApiClient
  beforeAll(async () => {
    api = await server().signInNew()
  })
  afterAll(async () => {
    const { environments } = await api.expect(200, EnvironmentList, 'GET', `/api/environments/user/${api.userId}`)
    expect(environments).toEqual([])
    const operations = await server().database.db.selectFrom('operations').select('id').execute()
    expect(operations).toEqual([])
    expect(await listLeftovers(server().instanceId)).toEqual([])
  })

  const expectProblem = async (answer: ReturnType<ApiClient['request']>, status: number, code: string) => {
    const { headers, ...rest } = await answer
    expect(rest.status, JSON.stringify(rest.body)).toBe(status)
    expect(headers.get('content-type')).toBe('application/problem+json')
    const problem = Problem.parse(rest.body)
    expect(problem).toMatchObject({ status, code, requestId: expect.any(String) })
    return problem
  }
  const create = (body: unknown) => api.request('POST', '/api/environments', { body })

  const raw = async (body: string, contentType = 'application/json') => {
    const response = await fetch(`${server().baseUrl}/api/environments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.accessToken}`, 'content-type': contentType },
      body,
    })
    const parsed: unknown = await response.json()
    return { status: response.status, headers: response.headers, body: parsed }
  }

  it('malformed JSON', () => expectProblem(raw('{"name":'), 400, 'malformed_request'))
  it('no JSON at all', () =>
    expectProblem(raw('name=x', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'))
  it('an oversized body', () =>
    expectProblem(raw(JSON.stringify({ name: 'x'.repeat(300_000) })), 413, 'body_too_large'))

  it.each([
    ['an unknown field', { name: 'a', hostConfig: { Privileged: true } }],
    ['a wrong type', { name: 5 }],
    ['no name', {}],
    ['an array', []],
    ['null', null],
    ['an empty name', { name: '' }],
    ['a long name', { name: 'x'.repeat(65) }],
    ['a shell command as a name', { name: '$(touch /tmp/x)' }],
    ['back quotes in a name', { name: '`id`' }],
    ['a semicolon in a name', { name: 'a;b' }],
    ['a tmux format in a name', { name: '#(id)' }],
    ['a line break in a name', { name: 'a\nb' }],
    ['an option as a name', { name: '--rm' }],
    ['a path as a name', { name: '../../etc' }],
    ['a branch that is an option', { name: 'a', repositoryUrl: 'https://github.com/a/b', branch: '--upload-pack=id' }],
    ['a branch with a blank', { name: 'a', repositoryUrl: 'https://github.com/a/b', branch: 'a b' }],
    ['a branch without a repository', { name: 'a', branch: 'main' }],
    ['a file URL', { name: 'a', repositoryUrl: 'file:///etc/passwd' }],
    ['an ext URL', { name: 'a', repositoryUrl: 'ext::sh -c id' }],
    ['an option as a URL', { name: 'a', repositoryUrl: '--upload-pack=touch /tmp/x' }],
    ['an ssh URL with a password', { name: 'a', repositoryUrl: 'ssh://git:secret@github.com/a/b' }],
    ['credentials in a URL', { name: 'a', repositoryUrl: 'https://user:secret@github.com/a/b' }],
    ['a local path', { name: 'a', repositoryUrl: '/etc' }],
    ['an image that is an option', { name: 'a', image: '--privileged' }],
    ['a user who is no id', { name: 'a', userId: "' or 1=1 --" }],
  ])('%s', async (_, body) => {
    const problem = await expectProblem(create(body), 400, 'validation_failed')
    expect(problem.errors?.length).toBeGreaterThan(0)
    expect(JSON.stringify(problem)).not.toContain('secret@')
  })

  it.each([
    ['localhost', 'https://localhost/a/b'],
    ['an address', 'https://169.254.169.254/a/b'],
    ['a private name', 'https://vault.internal/a/b'],
    ['plain http', 'http://github.com/a/b'],
    ['another port', 'https://github.com:8443/a/b'],
  ])('a repository on %s', async (_, repositoryUrl) => {
    await expectProblem(create({ name: 'a', repositoryUrl }), 422, 'repository_refused')
  })

  it.each([
    ['GET', `/api/environments/${absentId}`],
    ['DELETE', `/api/environments/${absentId}`],
    ['POST', `/api/environments/${absentId}/retry`],
    ['GET', `/api/environments/${absentId}/stats`],
    ['GET', `/api/environments/${absentId}/events`],
    ['GET', `/api/sessions/${absentId}`],
    ['DELETE', `/api/sessions/${absentId}`],
    ['GET', `/api/sessions/environment/${absentId}`],
    ['GET', `/api/operations/${absentId}`],
    ['GET', '/api/no/such/route'],
  ])('%s %s is absent', (method, path) => expectProblem(api.request(method, path), 404, 'not_found').then(() => {}))

  it.each([
    ['GET', '/api/environments/not-a-uuid'],
    ['GET', '/api/sessions/1%20or%201'],
    ['GET', `/api/terminal/ws/not-a-uuid`],
    ['GET', `/api/terminal/ws/${absentId}?cols=0`],
    ['GET', `/api/terminal/ws/${absentId}?cols=9999&rows=1`],
  ])('%s %s is malformed', (method, path) =>
    expectProblem(api.request(method, path), 400, 'validation_failed').then(() => {}),
  )

  it.each([
    ['a session name with tmux syntax', { name: 'a.b:c' }],
    ['a session name that runs a command', { name: '#(id)' }],
    ['a relative directory', { workingDirectory: 'tmp' }],
    ['a directory with a line break', { workingDirectory: '/tmp\n/x' }],
    ['an unknown field', { tmuxSessionName: 'other' }],
  ])('%s', (_, fields) =>
    expectProblem(
      api.request('POST', '/api/sessions', { body: { environmentId: absentId, ...fields } }),
      400,
      'validation_failed',
    ).then(() => {}),
  )
})
