import { expect, test } from 'vitest'
import { connectionOptions } from './docker-endpoint.ts'

test.each([
  [null, { socketPath: '/var/run/docker.sock' }],
  ['/run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }],
  ['unix:///run/docker.sock', { socketPath: '/run/docker.sock' }],
  ['tcp://10.0.0.5:2376', { protocol: 'http', host: '10.0.0.5', port: 2376 }],
  ['tcp://engine', { protocol: 'http', host: 'engine', port: 2375 }],
] as const)('%s', (host, expected) => {
  expect(connectionOptions(host, null)).toEqual(expected)
})

test('ssh signs in through the agent', () => {
  expect(connectionOptions('ssh://ops@engine.lan', '/tmp/agent.sock')).toEqual({
    protocol: 'ssh',
    host: 'engine.lan',
    port: 22,
    username: 'ops',
    sshOptions: { agent: '/tmp/agent.sock' },
  })
})
