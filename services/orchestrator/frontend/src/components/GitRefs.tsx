import { CloudIcon, GitBranchIcon, TagIcon } from 'lucide-react'
import { readRefs, type RefLook } from '@/lib/git-branches'
import { useGit } from '@/lib/git-context'
import { showName } from '@/lib/git-names'
import { cn } from '@/lib/utils'

/** In a list, where the subject needs the room. */
const shownRefs = 2

const icons = { head: GitBranchIcon, branch: GitBranchIcon, remote: CloudIcon, tag: TagIcon }
const words: Record<RefLook['kind'], string> = { head: 'Here: ', branch: '', remote: '', tag: 'Tag ' }

/** Branches and tags that stand at a commit. */
export function GitRefs({ refs, all = false }: { refs: readonly string[]; all?: boolean }) {
  const { status } = useGit()
  const looks = readRefs(refs, status)
  const shown = all ? looks : looks.slice(0, shownRefs)
  return (
    <>
      {shown.map(({ name, kind }) => {
        const Icon = icons[kind]
        return (
          <span
            key={`${kind} ${name}`}
            title={showName(name)}
            className={cn(
              'inline-flex h-5 shrink-0 items-center gap-1 rounded-sm border border-border-strong bg-card px-1.5 text-xs',
              all ? 'max-w-full' : 'max-w-32',
              kind === 'head' && 'border-ring font-medium',
            )}
          >
            <Icon aria-hidden="true" className="size-3 shrink-0 text-muted-foreground" />
            <span className="truncate">
              <span className="sr-only">{words[kind]}</span>
              {showName(name)}
            </span>
          </span>
        )
      })}
      {looks.length > shown.length && (
        <span
          className="shrink-0 text-xs text-muted-foreground"
          title={looks
            .slice(shown.length)
            .map(({ name }) => showName(name))
            .join(', ')}
        >
          +{looks.length - shown.length}
        </span>
      )}
    </>
  )
}
