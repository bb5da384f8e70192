import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { capture, eachLine, findProgram, run } from './run.mjs'
import { SetupError } from './ui.mjs'

test('a failing command is named with its exit code and last lines', async () => {
  const command = run(process.execPath, ['-e', 'console.log("one"); console.error("two"); process.exit(3)'], {
    show: () => null,
  })
  await assert.rejects(
    command,
    (error) => error instanceof SetupError && /exit code 3/.test(error.message) && /two/.test(error.message),
  )
})

test('of a long output the beginning and the end are reported', async () => {
  const command = run(
    process.execPath,
    ['-e', 'for (let i = 1; i <= 100; i++) console.log(`line ${i}.`); process.exit(1)'],
    { show: () => null },
  )
  await assert.rejects(
    command,
    ({ message }) =>
      /line 1\./.test(message) &&
      /line 100\./.test(message) &&
      /… 78 lines …/.test(message) &&
      !/line 50\./.test(message),
  )
})

test('a command that does not exist is a readable failure', async () => {
  await assert.rejects(run('craftastic-no-such-program', []), SetupError)
  assert.equal((await capture('craftastic-no-such-program', [])).code, 127)
})

test('capture keeps both outputs apart and ends what takes too long', async () => {
  const both = await capture(process.execPath, ['-e', 'console.log("out"); console.error("err")'])
  assert.deepEqual(both, { code: 0, stdout: 'out\n', stderr: 'err\n' })
  const slow = await capture(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { timeoutMs: 200 })
  assert.equal(slow.code, 124)
})

test('lines survive chunk borders and progress bars', async () => {
  const stream = new PassThrough()
  const lines = []
  eachLine(stream, (line) => lines.push(line))
  for (const chunk of ['a', 'b\r\nc', '\rd\ne']) stream.write(chunk)
  stream.end()
  await new Promise((resolve) => stream.on('close', resolve))
  assert.deepEqual(lines, ['ab', 'c', 'd', 'e'])
})

test('programs are found on the PATH only when they can be run', () => {
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-run-'))
  try {
    const program = join(directory, 'craftastic-tool')
    writeFileSync(program, '')
    chmodSync(program, 0o644)
    assert.equal(findProgram('craftastic-tool', directory), null)
    chmodSync(program, 0o755)
    assert.equal(findProgram('craftastic-tool', `/nowhere:${directory}`), program)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
