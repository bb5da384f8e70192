/** Says which tests passed only at their second try, and why not at the first: they fail no run, and are to be mended all the same. */
import type { Reporter, TestCase } from 'vitest/node'

export default class FlakyReporter implements Reporter {
  readonly #lines: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return
    this.#lines.push(` FLAKY  ${test.module.relativeModuleId} > ${test.fullName}`)
    for (const { stack, message } of test.result().errors ?? []) this.#lines.push(stack ?? message)
  }

  onTestRunEnd(): void {
    if (this.#lines.length > 0) process.stdout.write(`${this.#lines.join('\n')}\n`)
  }
}
