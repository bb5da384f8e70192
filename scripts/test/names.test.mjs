import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesOf, parseNames } from './names.mjs'

test('Vitest: a test that failed in two ways is named once', () => {
  const lines = [
    ' ✓ test/b.test.ts (5 tests) 123ms',
    ' \u001b[41m FAIL \u001b[49m test/a.test.ts > an environment > is made',
    ' FAIL  test/a.test.ts > an environment > is made',
    ' FAIL  test/a.test.ts > an environment > is kept',
    ' FAIL  test/c.test.ts [ test/c.test.ts ]',
  ]
  const failed = [
    'test/a.test.ts > an environment > is made',
    'test/a.test.ts > an environment > is kept',
    'test/c.test.ts [ test/c.test.ts ]',
  ]
  assert.deepEqual(parseNames(lines), { failed, flaky: [] })
  assert.deepEqual(filesOf(failed), ['test/a.test.ts', 'test/c.test.ts'])
})

test('Playwright: by the heading that they stand under', () => {
  const lines = [
    '  ✘  24 tests/a.spec.ts:3:1 › signs in (9.6s)',
    '  1 failed',
    '    tests/a.spec.ts:3:1 › signs in ──────────',
    '  1 flaky',
    '    tests/b.spec.ts:9:1 › signs out ──────────',
    '  1 did not run',
    '    tests/c.spec.ts:7:1 › waits ──────────',
    '  7 passed (1.2m)',
  ]
  assert.deepEqual(parseNames(lines), {
    failed: ['tests/a.spec.ts:3:1 › signs in'],
    flaky: ['tests/b.spec.ts:9:1 › signs out'],
  })
})
