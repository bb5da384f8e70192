/** What a repository URL says to people. */
import { isSshRepository, parseRepositoryUrl } from '@craftastic/contract'

/** `owner/name` of a repository URL, or the whole URL where it has no such form. */
export function repositoryLabel(repositoryUrl: string): string {
  const address = parseRepositoryUrl(repositoryUrl)
  return 'refused' in address ? repositoryUrl : address.path.replace(/\.git$/, '')
}

/** A name for an environment made from a repository: its last part, with a number when `taken` holds it already. */
export function suggestName(repositoryUrl: string, taken: readonly string[]): string {
  const label = repositoryLabel(repositoryUrl)
  const base = (label.split('/').at(-1) ?? '')
    .replace(/[^\p{L}\p{N} ._-]/gu, '')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 56)
  if (base === '' || label === repositoryUrl) return ''
  return freeName(base, taken)
}

/** `base`, or `base-2`, `base-3`, … whichever is not taken first. */
export function freeName(base: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()))
  if (!used.has(base.toLowerCase())) return base
  for (let number = 2; ; number += 1) {
    const name = `${base}-${number}`
    if (!used.has(name.toLowerCase())) return name
  }
}

/** The hosts whose layout is known: where a branch is shown, and where deploy keys are added. */
const layouts: Record<string, { branch: string; deployKeys?: string }> = {
  'github.com': { branch: '/tree/', deployKeys: '/settings/keys' },
  'gitlab.com': { branch: '/-/tree/', deployKeys: '/-/settings/repository#js-deploy-keys-settings' },
  'codeberg.org': { branch: '/src/branch/', deployKeys: '/settings/keys' },
  'bitbucket.org': { branch: '/src/' },
}

/** The page of the repository; null where only its SSH address is known. */
export function repositoryPage(repositoryUrl: string): string | null {
  return isSshRepository(repositoryUrl) ? (readPage(repositoryUrl)?.base ?? null) : repositoryUrl
}

/** The page of a branch on the hosts whose layout is known; otherwise null. */
export function branchPage(repositoryUrl: string, branch: string): string | null {
  const page = readPage(repositoryUrl)
  return page && page.base + page.layout.branch + branch.split('/').map(encodeURIComponent).join('/')
}

/** Where the host takes deploy keys for the repository; null where that is not known. */
export function deployKeyPage(repositoryUrl: string): { url: string; host: string } | null {
  const page = readPage(repositoryUrl)
  if (page?.layout.deployKeys === undefined) return null
  return { url: page.base + page.layout.deployKeys, host: page.host }
}

function readPage(repositoryUrl: string) {
  const address = parseRepositoryUrl(repositoryUrl)
  if ('refused' in address) return null
  const { host, path } = address
  const layout = Object.hasOwn(layouts, host) ? layouts[host] : undefined
  return layout === undefined ? null : { layout, host, base: `https://${host}/${path.replace(/\.git$/, '')}` }
}
