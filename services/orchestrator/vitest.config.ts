import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    // Real databases and processes: generous, because two cores may serve several of them.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    restoreMocks: true,
    // Files share their modules, which keep no state: importing them anew for each file would double the time.
    isolate: false,
    // Much of it is waiting for containers and processes.
    maxWorkers: 3,
  },
})
