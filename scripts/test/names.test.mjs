import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNames } from './names.mjs'

test('Vitest: a test that failed in two ways is named once', () => {
  const lines = [
    ' ✓ test/b.test.ts (5 tests) 123ms',
    ' \u001b[41m FAIL \u001b[49m test/a.test.ts > an environment > is made',
    ' FAIL  test/a.test.ts > an environment > is made (1st retry)',
    ' FAIL  test/d.test.ts > fails (initial run, 1st retry)',
    ' FAIL  test/c.test.ts [ test/c.test.ts ]',
    ' FLAKY  test/b.test.ts > comes back',
  ]
  assert.deepEqual(parseNames(lines), {
    failed: [
      'test/a.test.ts > an environment > is made',
      'test/d.test.ts > fails',
      'test/c.test.ts [ test/c.test.ts ]',
    ],
    flaky: ['test/b.test.ts > comes back'],
  })
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
