import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseDockerHost, pingEngine, SYSTEM_SOCKET, toDockerHost } from './engine-endpoint.mjs'
import { SetupError } from './ui.mjs'

test('DOCKER_HOST in each of its forms', () => {
  assert.deepEqual(parseDockerHost(undefined), { kind: 'socket', socketPath: SYSTEM_SOCKET })
  assert.deepEqual(parseDockerHost(''), { kind: 'socket', socketPath: SYSTEM_SOCKET })
  assert.deepEqual(parseDockerHost('/run/user/1000/docker.sock'), {
    kind: 'socket',
    socketPath: '/run/user/1000/docker.sock',
  })
  assert.deepEqual(parseDockerHost('unix:///run/x.sock'), { kind: 'socket', socketPath: '/run/x.sock' })
  assert.deepEqual(parseDockerHost('tcp://build.example:2376'), { kind: 'tcp', host: 'build.example', port: 2376 })
  assert.deepEqual(parseDockerHost('tcp://[::1]'), { kind: 'tcp', host: '::1', port: 2375 })
  assert.deepEqual(parseDockerHost('ssh://me@build.example'), { kind: 'ssh', url: 'ssh://me@build.example' })
})

test('anything else is refused with the value in the message', () => {
  for (const value of ['docker.sock', 'unix://relative', 'tcp://', 'ftp://x', 'npipe:////./pipe/docker']) {
    assert.throws(
      () => parseDockerHost(value),
      (error) => error instanceof SetupError && error.message.includes(value),
    )
  }
})

test('the docker CLI gets a form it understands', () => {
  assert.equal(toDockerHost(parseDockerHost('/run/x.sock')), 'unix:///run/x.sock')
  assert.equal(toDockerHost(parseDockerHost('tcp://[::1]:2375')), 'tcp://[::1]:2375')
  assert.equal(toDockerHost(parseDockerHost('ssh://me@build.example')), 'ssh://me@build.example')
})

test('a ping tells an engine from a closed door, an absent one and one that hangs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-ping-'))
  const socketPath = join(directory, 'engine.sock')
  const answers = { '/_ping': () => {} }
  const server = createServer((request, response) => answers[request.url](response))
  await new Promise((resolve) => server.listen(socketPath, resolve))
  try {
    assert.equal(await pingEngine({ kind: 'socket', socketPath }, { timeoutMs: 200 }), 'ETIMEDOUT')
    answers['/_ping'] = (response) => response.end('OK')
    assert.equal(await pingEngine({ kind: 'socket', socketPath }), 'ok')
    answers['/_ping'] = (response) => response.writeHead(503).end()
    assert.equal(await pingEngine({ kind: 'socket', socketPath }), 'status 503')
    assert.equal(await pingEngine({ kind: 'socket', socketPath: join(directory, 'none.sock') }), 'ENOENT')
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(directory, { recursive: true })
  }
  assert.equal(await pingEngine({ kind: 'tcp', host: '127.0.0.1', port: 1 }), 'ECONNREFUSED')
})
