/** What `npm test` tells its suites of the engine; all of it may be missing in a run by hand. */
import { randomUUID } from 'node:crypto'

/** Value of the label `craftastic.instance` for one server of a test: never that of another run on the same engine. */
export function newInstanceId(): string {
  return `${process.env.TEST_INSTANCE_PREFIX ?? 'test-'}${randomUUID()}`
}

/** The variables that lead a server under test to the engine and the image of the run. */
export function engineVariables(): Record<string, string> {
  const names = ['DOCKER_HOST', 'SANDBOX_IMAGE']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
