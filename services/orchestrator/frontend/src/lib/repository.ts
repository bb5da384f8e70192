/** What a repository URL says to people. */

/** `owner/name` of a repository URL, or the whole URL where it has no such form. */
export function repositoryLabel(repositoryUrl: string): string {
  if (!URL.canParse(repositoryUrl)) return repositoryUrl
  const path = new URL(repositoryUrl).pathname.replace(/^\/|\/$/g, '').replace(/\.git$/, '')
  return path === '' ? repositoryUrl : path
}

/** A name for an environment made from a repository: its last part, with a number when `taken` holds it already. */
export function suggestName(repositoryUrl: string, taken: readonly string[]): string {
  if (!/^https?:/.test(repositoryUrl) || !URL.canParse(repositoryUrl)) return ''
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

/** The page of a branch on the hosts whose layout is known; otherwise null. */
export function branchPage(repositoryUrl: string, branch: string): string | null {
  if (!URL.canParse(repositoryUrl)) return null
  const { hostname } = new URL(repositoryUrl)
  const base = repositoryUrl.replace(/\/$/, '').replace(/\.git$/, '')
  const path = branch.split('/').map(encodeURIComponent).join('/')
  if (hostname === 'github.com') return `${base}/tree/${path}`
  if (hostname === 'gitlab.com') return `${base}/-/tree/${path}`
  if (hostname === 'codeberg.org') return `${base}/src/branch/${path}`
  if (hostname === 'bitbucket.org') return `${base}/src/${path}`
  return null
}
