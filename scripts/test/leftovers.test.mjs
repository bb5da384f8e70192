import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRunPrefix, findLeftovers, parseListing } from './leftovers.mjs'

const thing = (name, instance, kind = 'container') => ({ kind, name, instance })

test('each run has a prefix of its own', () => {
  assert.equal(createRunPrefix(0), 'test-r000000')
  assert.match(createRunPrefix(), /^test-r[0-9a-f]{6}$/)
})

test('a listing of the docker CLI', () => {
  assert.deepEqual(parseListing('volume', 'one\ttest-a\ntwo\t\n'), [
    thing('one', 'test-a', 'volume'),
    thing('two', '', 'volume'),
  ])
})

test('what this run left counts, what is of an instance that was there or of another run does not', () => {
  const before = [thing('old', 'test-x'), thing('mine-early', 'test-r00000a-1')]
  const after = [
    ...before,
    thing('old', 'test-x', 'volume'),
    thing('mine', 'test-r00000a-2', 'network'),
    thing('theirs', 'test-r00000b-1'),
    thing('new', 'test-y'),
  ]
  const left = findLeftovers({ before, after, runPrefix: 'test-r00000a' })
  assert.deepEqual(
    left.map(({ kind, name }) => `${kind} ${name}`),
    ['container mine-early', 'network mine', 'container new'],
  )
})
