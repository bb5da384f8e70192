import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PassThrough } from 'node:stream'
import { confirm, formatDuration } from './ui.mjs'

test('durations are short', () => {
  assert.equal(formatDuration(420), '0.4 s')
  assert.equal(formatDuration(9_949), '9.9 s')
  assert.equal(formatDuration(12_300), '12 s')
  assert.equal(formatDuration(59_700), '1 min 0 s')
  assert.equal(formatDuration(185_000), '3 min 5 s')
})

/** A terminal on which somebody types `answer`. */
function terminal(answer) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = Object.assign(new PassThrough(), { isTTY: true })
  input.write(`${answer}\n`)
  return { input, output }
}

test('without a terminal nobody is asked', async () => {
  assert.equal(await confirm('Install?', { input: new PassThrough(), output: new PassThrough() }), true)
})

test('on a terminal the answer counts and yes is the default', async () => {
  for (const [answer, expected] of [
    ['', true],
    ['Y', true],
    ['yes', true],
    ['n', false],
    ['what', false],
  ]) {
    assert.equal(await confirm('Install?', terminal(answer)), expected, `answer "${answer}"`)
  }
})

test('a terminal that closes has said no', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = Object.assign(new PassThrough(), { isTTY: true })
  input.end()
  assert.equal(await confirm('Install?', { input, output }), false)
})
