// A Chromium for the browser tests: the system's own, so that no browser is downloaded.
import { ensureDebianPackages } from './debian-packages.mjs'
import { findProgram } from './run.mjs'
import { SetupError } from './ui.mjs'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const findChromium = () => PROGRAMS.map((name) => findProgram(name)).find((path) => path !== null) ?? null

/** @returns {Promise<string>} the path of the browser; CHROMIUM_PATH wins. */
export async function ensureChromium({ env = process.env } = {}) {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH
  const found = findChromium()
  if (found !== null) return found
  // Without a font of its own a bare machine shows boxes.
  await ensureDebianPackages(['chromium', 'fonts-liberation'], { why: 'The browser tests' })
  const installed = findChromium()
  if (installed === null)
    throw new SetupError('Chromium was installed, but there is no `chromium` on the PATH. Set CHROMIUM_PATH.')
  return installed
}
