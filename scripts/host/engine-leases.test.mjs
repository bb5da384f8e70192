import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { removeStalePidFiles } from './engine-daemon.mjs'
import {
  countLeases,
  findStartedDaemon,
  giveLeaseBack,
  identifyProcess,
  keepEngine,
  recordStartedDaemon,
  releaseEngine,
  takeLease,
} from './engine-leases.mjs'

let directory
let other

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'craftastic-leases-'))
  other = spawn('sleep', ['60'])
})

afterEach(async () => {
  await end(other)
  rmSync(directory, { recursive: true })
})

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

test('the last one out is told so', () => {
  takeLease({ directory })
  takeLease({ directory, pid: other.pid })
  assert.equal(giveLeaseBack({ directory }), false)
  assert.equal(giveLeaseBack({ directory }), false, 'it has none any more')
  assert.equal(giveLeaseBack({ directory, pid: other.pid }), true)
})

test('a lease ends with its process, however that ends', async () => {
  takeLease({ directory })
  takeLease({ directory, pid: other.pid })
  await end(other)
  assert.equal(giveLeaseBack({ directory }), true)
})

test('who never used the engine does not end it', () => {
  assert.equal(giveLeaseBack({ directory }), false)
})

test('a pid that was used again is another process', () => {
  writeFileSync(join(directory, 'daemon.json'), JSON.stringify({ ...identifyProcess(other.pid), startedAt: '1' }))
  assert.equal(findStartedDaemon(directory), null)
  recordStartedDaemon(other.pid, directory)
  assert.equal(findStartedDaemon(directory).pid, other.pid)
})

test('an engine that is to be kept has a user until it is released', () => {
  keepEngine(directory)
  assert.equal(countLeases(directory), 1)
  releaseEngine(directory)
  assert.equal(countLeases(directory), 0)
})

test('a pid file is stale when its process is gone or another program', () => {
  const files = { none: '999999999', other: String(other.pid), same: String(other.pid), empty: '' }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  const path = (name) => join(directory, name)
  removeStalePidFiles([
    { path: path('none'), program: 'dockerd' },
    { path: path('other'), program: 'dockerd' },
    { path: path('same'), program: 'sleep' },
    { path: path('empty'), program: 'dockerd' },
    { path: path('absent'), program: 'dockerd' },
  ])
  assert.deepEqual(
    ['none', 'other', 'same', 'empty'].map((name) => existsSync(path(name))),
    [false, false, true, false],
  )
})
