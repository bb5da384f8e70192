import { defineConfig } from '@playwright/test'

/** Debian's Chromium: no browser is downloaded. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  // Each file has a server of its own; two cores carry one browser and one server at a time.
  workers: 1,
  timeout: 120_000,
  // A busy machine must not fail a run of an hour; which tests needed it is said at the end.
  retries: 1,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
