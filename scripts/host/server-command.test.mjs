import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverDirectory } from './project.mjs'
import { parseNodeCommand, readServerCommand } from './server-command.mjs'
import { SetupError } from './ui.mjs'

test('a plain node command', () => {
  assert.deepEqual(parseNodeCommand('node src/index.ts'), { env: {}, args: ['src/index.ts'] })
  assert.deepEqual(parseNodeCommand('NODE_ENV=development A=b=c node --watch-path=src  src/index.ts'), {
    env: { NODE_ENV: 'development', A: 'b=c' },
    args: ['--watch-path=src', 'src/index.ts'],
  })
})

test('anything that would need a shell is refused', () => {
  for (const script of ['tsx src/index.ts', 'node a.ts && node b.ts', 'node "a b.ts"', 'A=$B node a.ts', '']) {
    assert.throws(() => parseNodeCommand(script), SetupError, script)
  }
})

test('the server of this checkout can be started', () => {
  for (const name of ['start', 'dev']) assert.ok(readServerCommand(serverDirectory, name).args.length > 0)
  assert.throws(() => readServerCommand(serverDirectory, 'no-such-script'), SetupError)
})
