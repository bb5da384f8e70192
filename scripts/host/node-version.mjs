// Imported first by every script: an older Node would fail further down, in words that say nothing.
// It uses nothing that such a Node lacks.
const OLDEST_STARTING_NODE = [20, 12]
/** From here on Node runs TypeScript sources without a flag. */
export const OLDEST_SERVER_NODE = [22, 18]

/** @param {string} version such as `v22.18.0` */
export function isNodeAtLeast(version, [major, minor]) {
  const [haveMajor, haveMinor] = version.replace(/^v/, '').split('.').map(Number)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}

if (!isNodeAtLeast(process.version, OLDEST_STARTING_NODE)) {
  process.stderr.write(
    `\n✗ This is Node ${process.version}; Node ${OLDEST_STARTING_NODE.join('.')} or newer is needed to start. Node 24 LTS is a good choice.\n`,
  )
  process.exit(1)
}
