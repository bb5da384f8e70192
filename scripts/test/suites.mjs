// The test suites: what each needs on the machine, and which may run beside which. Suites of a lane follow each other, lanes of
// a round run side by side, rounds follow each other. Whatever measures time or waits for a real container has the machine
// to itself: beside another suite two cores are too few for it. Files of Vitest's that failed against real parts are run once
// more (`hasSecondTry`); Playwright does the same by itself.

/** @typedef {{ name: string, script: string, needs: ReadonlyArray<'engine' | 'git' | 'postgresql' | 'chromium' | 'web'>, isEngineSuite?: boolean, hasSecondTry?: boolean }} Suite */

/** @type {Suite[][][]} */
export const ROUNDS = [
  [
    [
      { name: 'contract', script: 'test:contract', needs: [] },
      { name: 'scripts', script: 'test:scripts', needs: [] },
    ],
    [{ name: 'web', script: 'test:web', needs: [] }],
  ],
  [[{ name: 'server', script: 'test:server', needs: ['engine', 'git', 'postgresql'], hasSecondTry: true }]],
  // Nothing of these is left without an engine; the server's own tests skip just the part that needs one.
  [[{ name: 'faults', script: 'test:faults', needs: ['engine', 'git'], isEngineSuite: true, hasSecondTry: true }]],
  [[{ name: 'e2e', script: 'test:e2e', needs: ['engine', 'git', 'chromium', 'web'], isEngineSuite: true }]],
]

export const SUITE_NAMES = ROUNDS.flat(2).map((suite) => suite.name)

/** The rounds with only the suites that were asked for; all of them when none was. */
export function selectRounds(names, { skipEngine = false } = {}) {
  const isWanted = (suite) => (names.length === 0 || names.includes(suite.name)) && !(skipEngine && suite.isEngineSuite)
  const lanes = ROUNDS.map((round) => round.map((lane) => lane.filter(isWanted)).filter((lane) => lane.length > 0))
  return lanes.filter((round) => round.length > 0)
}

/** What the machine must have for these rounds. */
export function listNeeds(rounds, { skipEngine = false } = {}) {
  const needs = new Set(rounds.flat(2).flatMap((suite) => suite.needs))
  if (skipEngine) needs.delete('engine')
  return needs
}
