import { FolderGit2Icon, FolderIcon, GitBranchIcon } from 'lucide-react'
import type { Environment } from '@craftastic/contract'
import { branchPage, repositoryLabel, repositoryPage } from '@/lib/repository'
import { cn } from '@/lib/utils'

const partClass = 'inline-flex min-w-0 items-center gap-1.5 [&_svg]:size-3.5 [&_svg]:shrink-0'
const linkClass = 'truncate rounded-sm underline-offset-4 hover:text-foreground hover:underline'

/** Repository and branch. `linked` is for places that are not themselves a link. */
export function RepositoryLink({
  environment,
  linked,
  className,
}: {
  environment: Pick<Environment, 'repositoryUrl' | 'branch'>
  linked: boolean
  className?: string
}) {
  const { repositoryUrl, branch } = environment
  const rowClass = cn('flex min-w-0 items-center gap-x-4 gap-y-1 text-muted-foreground', className)
  if (repositoryUrl === null) {
    return (
      <div className={rowClass}>
        <span className={partClass}>
          <FolderIcon aria-hidden="true" />
          <span className="truncate">Empty workspace</span>
        </span>
      </div>
    )
  }
  const page = branchPage(repositoryUrl, branch)
  const home = repositoryPage(repositoryUrl)
  const label = repositoryLabel(repositoryUrl)
  return (
    <div className={rowClass}>
      <span className={partClass} title={repositoryUrl}>
        <FolderGit2Icon aria-hidden="true" />
        {linked && home ? (
          <a href={home} target="_blank" rel="noopener noreferrer" className={linkClass}>
            {label}
          </a>
        ) : (
          <span className="truncate">{label}</span>
        )}
      </span>
      <span className={cn(partClass, 'max-w-[45%] shrink-0')} title={branch}>
        <GitBranchIcon aria-hidden="true" />
        {linked && page && branch !== 'HEAD' ? (
          <a href={page} target="_blank" rel="noopener noreferrer" className={linkClass}>
            {branch}
          </a>
        ) : (
          <span className="truncate">{branch === 'HEAD' ? 'default branch' : branch}</span>
        )}
      </span>
    </div>
  )
}
