import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from '../host/project.mjs'
import { listNeeds, ROUNDS, selectRounds, SUITE_NAMES } from './suites.mjs'

test('every suite is a script of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  for (const suite of ROUNDS.flat(2)) assert.ok(suite.script in scripts, suite.script)
})

test('all of them, or those that are named', () => {
  assert.deepEqual(selectRounds([]), ROUNDS)
  assert.deepEqual(
    selectRounds(['web', 'e2e'])
      .flat(2)
      .map((suite) => suite.name),
    ['web', 'e2e'],
  )
})

test('only what the chosen suites need is brought', () => {
  assert.deepEqual([...listNeeds(selectRounds(['web']))], [])
  assert.ok(listNeeds(selectRounds([])).has('chromium'))
})

test('without an engine the journeys are left out and none is asked for', () => {
  const rounds = selectRounds([], { skipEngine: true })
  assert.deepEqual(
    rounds.flat(2).map((suite) => suite.name),
    SUITE_NAMES.filter((name) => name !== 'faults' && name !== 'e2e'),
  )
  assert.equal(listNeeds(rounds, { skipEngine: true }).has('engine'), false)
})
