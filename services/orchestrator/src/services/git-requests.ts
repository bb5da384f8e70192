/**
 * Which requests are Git's smart HTTP for one repository (gitprotocol-http), by parsed equality. Everything else is not
 * passed on. Nothing here does I/O.
 */

export type GitService = 'git-upload-pack' | 'git-receive-pack'

export type GitRequest = {
  /** `git-upload-pack` gives objects out, `git-receive-pack` takes a push. */
  service: GitService
  /** Asking for the refs comes first; then the exchange itself. */
  phase: 'refs' | 'exchange'
  /** Built from the repository, never from what was asked. */
  url: URL
  /** The only media type that a good answer has. */
  answerType: string
}

const services: readonly GitService[] = ['git-upload-pack', 'git-receive-pack']

/** The two ways in which a repository's URL is written. */
export function repositoryUrls(repositoryUrl: string): [string, string] {
  const plain = repositoryUrl.replace(/\/$/, '').replace(/\.git$/, '')
  return [plain, `${plain}.git`]
}

/** Null when it is anything else than smart HTTP for `repositoryUrl`. */
export function readGitRequest(method: string, url: string, repositoryUrl: string): GitRequest | null {
  for (const repository of repositoryUrls(repositoryUrl)) {
    for (const service of services) {
      if (method === 'GET' && url === `${repository}/info/refs?service=${service}`) {
        return { service, phase: 'refs', url: new URL(url), answerType: `application/x-${service}-advertisement` }
      }
      if (method === 'POST' && url === `${repository}/${service}`) {
        return { service, phase: 'exchange', url: new URL(url), answerType: `application/x-${service}-result` }
      }
    }
  }
  return null
}

type Headers = Record<string, string | string[] | undefined>

/** What of a client's headers goes on: nothing that signs in, and nothing about the way here. */
export function projectRequestHeaders(headers: Headers, { service, phase }: GitRequest): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ['accept', 'accept-language', 'git-protocol', 'content-type', 'content-length']) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  // The report in the answer to a push is read on its way.
  const isPush = service === 'git-receive-pack' && phase === 'exchange'
  for (const name of isPush ? [] : ['accept-encoding', 'content-encoding']) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  const agent = headers['user-agent']
  kept['user-agent'] = typeof agent === 'string' && agent.startsWith('git/') ? agent : 'git/2 (craftastic)'
  return kept
}

/** What of a host's headers comes back. */
export function projectAnswerHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ['content-type', 'content-encoding', 'content-length', 'cache-control', 'expires', 'pragma']) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}
