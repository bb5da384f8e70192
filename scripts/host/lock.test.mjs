import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { withLock } from './lock.mjs'
import { SetupError } from './ui.mjs'

const isLinux = process.platform === 'linux'
const name = `a test ${process.pid}`

test('one at a time', { skip: !isLinux }, async () => {
  let inside = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 50))
    inside--
  }
  await Promise.all([1, 2, 3].map(() => withLock({ name, timeoutMs: 10_000 }, work)))
  assert.equal(most, 1)
})

test('it is free again after a failure, and who waits too long is told what for', { skip: !isLinux }, async () => {
  await assert.rejects(
    withLock({ name, timeoutMs: 1000 }, () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  await withLock({ name, timeoutMs: 1000 }, async () => {
    await assert.rejects(
      withLock({ name, timeoutMs: 100 }, async () => {}),
      (error) => error instanceof SetupError && error.message.includes(name),
    )
  })
})

test('a holder that is killed leaves nothing behind', { skip: !isLinux }, async () => {
  const source = `import { withLock } from ${JSON.stringify(import.meta.resolve('./lock.mjs'))}
    await withLock({ name: ${JSON.stringify(name)}, timeoutMs: 1000 }, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000) }))`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  await assert.rejects(
    withLock({ name, timeoutMs: 300 }, async () => {}),
    SetupError,
  )
  const ended = new Promise((resolve) => holder.on('exit', resolve))
  holder.kill('SIGKILL')
  await ended
  assert.equal(await withLock({ name, timeoutMs: 1000 }, async () => 'mine'), 'mine')
})
