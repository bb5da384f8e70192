/** Reads what `git clone --progress` says on standard error. Nothing here does I/O. */
import { parseRepositoryUrl, type OperationError } from '@craftastic/contract'
import { asksForDeployKey, isHostKeyRefused } from '../services/git-failure.ts'

export type CloneProgress = {
  /** 0 to 100 over the whole clone. */
  percent: number
  /** Git's own words, such as `Receiving objects:  45% (123/273), 1.2 MiB`. */
  message: string
}

/** Where each phase begins and how much of the whole it is: receiving takes most of the time of a large clone. */
const phases: Record<string, { from: number; share: number }> = {
  'Receiving objects': { from: 0, share: 80 },
  'Resolving deltas': { from: 80, share: 12 },
  'Updating files': { from: 92, share: 8 },
}

/** The newest progress in `chunk`, which holds lines ended by carriage returns or newlines. */
export function readCloneProgress(chunk: string): CloneProgress | null {
  for (const line of chunk.split(/[\r\n]/).toReversed()) {
    const [, phase, percent] = /^(?:remote: )?([A-Z][a-z]+ [a-z]+):\s+(\d{1,3})%/.exec(line) ?? []
    const place = phase === undefined ? undefined : phases[phase]
    if (place !== undefined) {
      return { percent: place.from + (Number(percent) / 100) * place.share, message: line.trim().slice(0, 120) }
    }
  }
  return null
}

/** Lines worth keeping in a log: everything but the counting in between. */
export function readCloneLogLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd())
    .filter((line) => line !== '')
}

const asksForSignIn =
  /asks for a sign-in|could not read Username|Authentication failed|terminal prompts disabled|error: 40[13]/

/** What the host asks for: a token for it, or a better one; or the environment's deploy key. */
export function findMissingRight(output: string): OperationError['code'] {
  if (asksForDeployKey(output)) return 'deploy_key_required'
  return asksForSignIn.test(output) ? 'git_credentials_required' : undefined
}

/** Why a clone failed, in words. `output` is what git wrote to standard error. */
export function explainCloneFailure(output: string, repositoryUrl: string, branch: string): string {
  const { host, path } = readAddress(repositoryUrl)
  if (asksForDeployKey(output)) {
    return `${host} does not let the deploy key of this environment read ${path}. Add the key there, then retry.`
  }
  if (isHostKeyRefused(output)) {
    return `${host} did not show the host key that it is known by, so nothing was sent to it. Try again from another network, or ask whoever runs ${host}.`
  }
  const rules: [RegExp, string][] = [
    [/Remote branch .* not found/, `The repository has no branch "${branch}". Check the name, or leave it out.`],
    [
      /did not take your token|does not let your token/,
      `${host} did not accept your token for ${repositoryUrl}. Add a new token for ${host} under Settings, then retry.`,
    ],
    [
      asksForSignIn,
      `The repository is private or does not exist: its host asked for a sign-in. Add a token for ${host} under ` +
        `Settings, then retry. The address was ${repositoryUrl}.`,
    ],
    [
      /not found|error: 404/,
      `There is no repository at ${repositoryUrl}, or it is private. Check the address, and your token for ${host} ` +
        'under Settings.',
    ],
    [/error: 30[1278]|redirect/i, `The host redirects ${repositoryUrl} to another address. Use the repository's own.`],
    [/Could not resolve host/, `The host of ${repositoryUrl} could not be found. Check the address.`],
    [
      /Operation too slow|does not answer|timed out|Connection refused|Failed to connect|Empty reply|early EOF|RPC failed|unexpected disconnect|Connection closed by|Connection reset by/,
      `The host of ${repositoryUrl} stopped answering or could not be reached. Try again later.`,
    ],
    [/No space left on device|Disk quota exceeded/, 'The disk is full. Free some space, then retry.'],
    [/certificate|SSL/, `The certificate of ${repositoryUrl} was not accepted.`],
    [/not valid: is this a git repository/, `There is no Git repository at ${repositoryUrl}. Check the address.`],
  ]
  return (
    rules.find(([pattern]) => pattern.test(output))?.[1] ?? `Cloning ${repositoryUrl} failed. Git's words are below.`
  )
}

/** What was checked when the environment was made. */
function readAddress(repositoryUrl: string): { host: string; path: string } {
  const address = parseRepositoryUrl(repositoryUrl)
  return 'refused' in address ? { host: 'The host', path: repositoryUrl } : address
}
