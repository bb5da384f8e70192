/** The suite that breaks things on purpose: real servers as processes, real engines, real databases. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/faults/**/*.fault.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    testTimeout: 150_000,
    hookTimeout: 150_000,
    expect: { poll: { timeout: 10_000 } },
    // Much of it is waiting; more at once would make the servers slow rather than the run short.
    maxWorkers: 2,
    // One file leads everything in its process to an engine of its own.
    pool: 'forks',
    isolate: true,
  },
})
