import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureEngine, explainEngine } from './engine.mjs'
import { SetupError } from './ui.mjs'

const user = { platform: 'linux', hasApt: true, isRoot: false, hasSystemd: false, dockerd: null }

test('each situation has its own paragraph', () => {
  const messages = [
    explainEngine('ENOENT', { ...user, platform: 'darwin', hasApt: false }),
    explainEngine('EACCES', { ...user, dockerd: '/usr/sbin/dockerd' }),
    explainEngine('ECONNREFUSED', { ...user, dockerd: '/usr/sbin/dockerd', hasSystemd: true }),
    explainEngine('ECONNREFUSED', { ...user, dockerd: '/usr/sbin/dockerd' }),
    explainEngine('ENOENT', user),
    explainEngine('ENOENT', { ...user, hasApt: false }),
  ]
  assert.match(messages[0], /Docker Desktop/)
  assert.match(messages[1], /usermod -aG docker/)
  assert.match(messages[2], /systemctl start docker/)
  assert.match(messages[3], /sudo dockerd/)
  assert.match(messages[4], /apt-get install docker\.io iptables/)
  assert.match(messages[5], /package manager/)
  for (const message of messages) assert.doesNotMatch(message, /\n/)
  assert.equal(new Set(messages).size, messages.length)
})

test('an engine that was named is never replaced by a local one', async () => {
  const env = { DOCKER_HOST: 'unix:///nonexistent/engine.sock' }
  await assert.rejects(
    ensureEngine({ dataDir: '/nonexistent', env }),
    (error) => error instanceof SetupError && /ENOENT/.test(error.message),
  )
})
