/** One working tree of an environment's repository: beside a terminal and on a page of its own. */
import { useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { XIcon } from 'lucide-react'
import { maxGitFiles, type Environment } from '@craftastic/contract'
import { gitStatusQuery } from '@/api/git'
import { useGitWatch } from '@/api/git-refresh'
import { DiscardDialog, discardWords } from '@/components/DiscardDialog'
import { GitBody } from '@/components/GitBody'
import { GitNotThere } from '@/components/GitNotThere'
import { Button } from '@/components/ui/button'
import { GitContext, type DiscardQuestion, type GitFailure, type GitPanelState } from '@/lib/git-context'
import type { GitPlace } from '@/lib/git-place'
import type { GitTree } from '@/lib/git-tree'
import { sayFailed } from '@/lib/git-toast'
import { useGitDiscard } from '@/lib/use-git-discard'
import { useWidth } from '@/lib/use-width'

/** From this width on a list and what is chosen in it stand side by side. */
const wideFromPx = 820

interface Props {
  environment: Environment
  /** The session whose worktree is shown; undefined shows the workspace. */
  sessionId?: string | undefined
  place: GitPlace
  onShow: (place: GitPlace) => void
  /** Undefined where it has the page for itself. */
  onClose?: () => void
}

export function GitPanel({ environment, sessionId, place, onShow, onClose }: Props) {
  const tree = useMemo<GitTree>(() => ({ environmentId: environment.id, sessionId }), [environment.id, sessionId])
  const running = environment.status === 'running'
  const box = useRef<HTMLElement>(null)
  const wide = useWidth(box) >= wideFromPx
  const { data: status, error, isFetching, refetch } = useQuery({ ...gitStatusQuery(tree), enabled: running })
  useGitWatch(tree, running)
  const [failure, setFailure] = useState<GitFailure | null>(null)
  const [question, setQuestion] = useState<DiscardQuestion | null>(null)
  const discard = useGitDiscard(tree, setFailure)
  const ready = running && status?.repository === true

  const state = useMemo<GitPanelState | null>(
    () =>
      status
        ? {
            tree,
            status,
            place,
            show: onShow,
            wide,
            fail: setFailure,
            askDiscard: (asked) => {
              if ('files' in asked && asked.files.length > maxGitFiles) {
                sayFailed(`More than ${maxGitFiles.toLocaleString('en')} files cannot be discarded at once`, null)
              } else setQuestion(asked)
            },
          }
        : null,
    [tree, status, place, onShow, wide],
  )

  return (
    <section
      ref={box}
      aria-label="Git"
      className="@container relative flex h-full min-h-0 min-w-0 flex-col bg-background"
    >
      {onClose && (
        <Button variant="ghost" size="icon-xs" className="absolute top-2.5 right-2 z-20" onClick={onClose}>
          <XIcon className="size-4" />
          <span className="sr-only">Close Git</span>
        </Button>
      )}
      {ready && state ? (
        <GitContext value={state}>
          <GitBody failure={failure} closable={onClose !== undefined} />
          <DiscardDialog
            question={question}
            onClose={() => setQuestion(null)}
            onDiscard={(asked) => void discard(asked, discardWords(asked))}
          />
        </GitContext>
      ) : (
        <GitNotThere
          environment={environment}
          ofSession={sessionId !== undefined}
          status={status}
          error={error}
          fetching={isFetching}
          onRetry={() => void refetch()}
        />
      )}
    </section>
  )
}
