// Tests label what they make on the engine with their instance, `test-…`, and remove it again. This is the check that they did.
import { openDocker } from '../host/docker-cli.mjs'

const LABEL = 'craftastic.instance'
const KINDS = [
  { kind: 'container', list: ['ps', '--all'], name: '.Names', remove: ['rm', '--force', '--volumes'] },
  { kind: 'volume', list: ['volume', 'ls'], name: '.Name', remove: ['volume', 'rm', '--force'] },
  { kind: 'network', list: ['network', 'ls'], name: '.Name', remove: ['network', 'rm'] },
]

/** Another test run on the same engine names itself like this: see `createRunPrefix`. */
const RUN_PREFIX = /^test-r[0-9a-f]{6}/

/** The prefix of the instance labels of one run, so that runs on one engine never take each other's for their own. */
export function createRunPrefix(random = Math.random()) {
  return `test-r${Math.floor(random * 0x1000000)
    .toString(16)
    .padStart(6, '0')}`
}

/** @returns {Promise<Array<{ kind: string, name: string, instance: string }>>} everything of any test instance that is on the engine. */
export async function listTestResources(dockerHost) {
  const docker = await openDocker(dockerHost)
  const listed = await Promise.all(
    KINDS.map(async ({ kind, list, name }) => {
      const format = `{{${name}}}\t{{.Label "${LABEL}"}}`
      const { code, stdout, stderr } = await docker.capture([...list, '--filter', `label=${LABEL}`, '--format', format])
      if (code !== 0) throw new Error(`docker ${list.join(' ')} failed: ${stderr.trim()}`)
      return parseListing(kind, stdout)
    }),
  )
  return listed.flat().filter(({ instance }) => instance.startsWith('test-'))
}

export function parseListing(kind, output) {
  const rows = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
  return rows.map(([name, instance = '']) => ({ kind, name, instance }))
}

/** Of what is there now, what this run has left: all under its prefix, and what belongs to no instance of another's making. */
export function findLeftovers({ before, after, runPrefix }) {
  const known = new Set(before.map(({ instance }) => instance))
  return after.filter(({ instance }) => {
    if (instance.startsWith(runPrefix)) return true
    return !RUN_PREFIX.test(instance) && !known.has(instance)
  })
}

/** Removes what an interrupted run had no time to remove: only what is under its own prefix. */
export async function removeLeftovers(dockerHost, runPrefix) {
  const docker = await openDocker(dockerHost)
  const mine = (await listTestResources(dockerHost)).filter(({ instance }) => instance.startsWith(runPrefix))
  for (const { kind, remove } of KINDS) {
    const names = mine.filter((resource) => resource.kind === kind).map(({ name }) => name)
    if (names.length > 0) await docker.capture([...remove, ...names])
  }
}
