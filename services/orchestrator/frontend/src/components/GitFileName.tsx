import { showName, splitPath } from '@/lib/git-names'
import type { ChangeLook, ChangeTone } from '@/lib/git-files'
import { cn } from '@/lib/utils'

const toneClasses: Record<ChangeTone, string> = {
  added: 'text-git-added',
  changed: 'text-git-changed',
  deleted: 'text-git-deleted',
  conflict: 'text-destructive-text',
}

/** The letter for what happened to a file, with its word for whoever hovers or listens. */
export function ChangeLetter({ look }: { look: ChangeLook }) {
  return (
    <span
      title={look.word}
      className={cn('w-3 shrink-0 text-center font-mono text-xs font-medium', toneClasses[look.tone])}
    >
      <span aria-hidden="true">{look.letter}</span>
      <span className="sr-only">{look.word},</span>
    </span>
  )
}

/** A path that keeps its name in sight when there is no room for its directories. */
export function GitFileName({ path, origPath, look }: { path: string; origPath?: string; look?: ChangeLook }) {
  const { directory, name } = splitPath(path)
  const full = origPath === undefined ? showName(path) : `${showName(origPath)} → ${showName(path)}`
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={full}>
      {look && <ChangeLetter look={look} />}
      <span className={cn('max-w-full shrink-0 truncate', look?.tone === 'deleted' && 'line-through')}>
        {showName(name)}
      </span>
      {(directory !== '' || origPath !== undefined) && (
        // Cut at its beginning: what is close to the file says most. The mark keeps a leading `.` or `/` in its place.
        <span dir="rtl" className="min-w-0 flex-1 truncate text-left text-xs text-muted-foreground">
          <bdi dir="ltr">
            {origPath === undefined ? showName(directory).replace(/\/$/, '') : `was ${showName(origPath)}`}
          </bdi>
        </span>
      )}
    </span>
  )
}
