/** What a person at a terminal reads when their Git host does not give what was asked for. Git puts `remote:` before it. */
import type { OpenedGitCredential } from './git-credentials.ts'

export type HostRefusal = {
  status: number
  /** Of the repository. */
  url: URL
  credential: Pick<OpenedGitCredential, 'lastFour'> | null
  /** The host's own, when they may be shown. */
  hostWords: string | null
}

/** Never 401: Git would ask for a password, which does not belong into a container. */
export function explainRefusal({ status, url, credential, hostWords }: HostRefusal): { status: number; words: string } {
  const { host } = url
  const withHostWords = (words: string) => (hostWords === null ? words : `${words}\n${host} says: ${hostWords}`)
  const again = (add: string) => `${add} for ${host} under Settings in Craftastic, then try again.`
  if (status === 401 || status === 403) {
    if (credential === null) {
      return { status: 403, words: `${host} asks for a sign-in for this repository.\n${again('Add a token')}` }
    }
    const words =
      status === 401
        ? `${host} did not take your token that ends in ${credential.lastFour}.\n${again('Add a new token')}`
        : `${host} does not let your token that ends in ${credential.lastFour} do this.\n${again('Add a token that may')}`
    return { status: 403, words: withHostWords(words) }
  }
  if (status === 404) {
    const words =
      credential === null
        ? `${host} shows no such repository. If it is private: ${again('add a token')}`
        : `${host} has no such repository, or does not show it to your token that ends in ${credential.lastFour}.`
    return { status: 404, words }
  }
  if (status >= 300 && status < 400) {
    return { status: 502, words: `${host} redirects to another address. Use the repository's own, often with .git.` }
  }
  if (status === 200) return { status: 502, words: `${host} does not speak Git's smart HTTP at this address.` }
  return { status: status >= 400 ? status : 502, words: withHostWords(`${host} answered ${status}. Try again later.`) }
}
