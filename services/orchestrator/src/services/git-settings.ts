/**
 * How Git inside an environment finds the way to its repository: settings in variables, which win over those of the
 * repository. They name the proxy for exactly this repository, so remotes keep their true address, and everything else
 * goes where it always went.
 */
import { isSshRepository } from '@craftastic/contract'
import { repositoryUrls } from './git-requests.ts'
import { runDirectory } from './run-directory.ts'

/** Port of the proxy on the loopback of every container. */
export const gitProxyPort = 2223

/** The certificate under which the proxy answers for an https host; made anew by each server. */
export const gitProxyCertificatePath = `${runDirectory}/git-proxy.pem`

/** `NAME=value` pairs for every program of the environment, after those that its image may have of the same kind. */
export function gitVariables(repositoryUrl: string | null, imageVariables: readonly string[]): string[] {
  if (repositoryUrl === null || isSshRepository(repositoryUrl)) return []
  const proxy = `http://127.0.0.1:${gitProxyPort}`
  const settings = repositoryUrls(repositoryUrl).flatMap((url) => [
    [`http.${url}.proxy`, proxy],
    ...(url.startsWith('https:') ? [[`http.${url}.sslCAInfo`, gitProxyCertificatePath]] : []),
  ])
  const first = countOf(imageVariables)
  return [
    `GIT_CONFIG_COUNT=${first + settings.length}`,
    ...settings.flatMap(([key, value], index) => [
      `GIT_CONFIG_KEY_${first + index}=${key}`,
      `GIT_CONFIG_VALUE_${first + index}=${value}`,
    ]),
  ]
}

function countOf(imageVariables: readonly string[]): number {
  const [, count] = imageVariables.map((pair) => /^GIT_CONFIG_COUNT=(\d{1,3})$/.exec(pair)).find(Boolean) ?? []
  return Number(count ?? 0)
}
