/** One commit, stash or discard: what it says and what it changed. */
import { useMemo, type ReactNode } from 'react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { GitCommit } from '@craftastic/contract'
import { gitCommitDiffQuery, gitDiscardsQuery, gitLogQuery, gitStashesQuery } from '@/api/git'
import { CopyButton } from '@/components/CopyButton'
import { DiffModeToggle } from '@/components/DiffModeToggle'
import { GitDetail } from '@/components/GitDetail'
import { DiffSkeleton } from '@/components/GitFileChanges'
import { GitFoldedFile } from '@/components/GitFoldedFile'
import { GitRefs } from '@/components/GitRefs'
import { LoadFailure } from '@/components/LoadFailure'
import { RelativeTime } from '@/components/RelativeTime'
import { Truncated } from '@/components/Truncated'
import { useGit } from '@/lib/git-context'
import { readDiff, type DiffFile } from '@/lib/git-diff'
import { drawnAtOnce, measureDiff } from '@/lib/git-diff-lines'
import { showName } from '@/lib/git-names'

export function GitCommitDetail({ commit }: { commit: string }) {
  const { tree } = useGit()
  const known = useKnownCommit(commit)
  const kept = useKeptMessage(commit)
  return (
    <CommitDiff
      commit={commit}
      title={showName(known?.subject ?? kept ?? commit.slice(0, 7))}
      about={known && <CommitFacts commit={known} />}
      key={`${tree.environmentId} ${tree.sessionId} ${commit}`}
    />
  )
}

/** From the list it was chosen in. */
function useKnownCommit(commit: string): GitCommit | undefined {
  const { tree } = useGit()
  const ofBranch = useInfiniteQuery({ ...gitLogQuery(tree, false), enabled: false }).data
  const ofAll = useInfiniteQuery({ ...gitLogQuery(tree, true), enabled: false }).data
  return [...(ofBranch ?? []), ...(ofAll ?? [])].find((other) => other.commit === commit)
}

/** Of a stash or a discard what its list says. */
function useKeptMessage(commit: string): string | undefined {
  const { tree } = useGit()
  const stashes = useQuery({ ...gitStashesQuery(tree), enabled: false }).data
  const discards = useQuery({ ...gitDiscardsQuery(tree), enabled: false }).data
  return [...(stashes ?? []), ...(discards ?? [])].find((kept) => kept.commit === commit)?.message
}

/** What a commit changed, its files one below the other. */
function CommitDiff({ commit, title, about }: { commit: string; title: string; about?: ReactNode }) {
  const { tree } = useGit()
  const { data, error, isFetching, refetch } = useQuery(gitCommitDiffQuery(tree, commit))
  const files = useMemo(() => (data ? unfoldUpTo(readDiff(data.diff)) : []), [data])

  return (
    <GitDetail
      title={
        <h3 className="truncate font-medium" title={title}>
          {title}
        </h3>
      }
      actions={<DiffModeToggle />}
    >
      {about}
      {error && !data ? (
        <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      ) : !data ? (
        <DiffSkeleton />
      ) : (
        <>
          <p className="border-b px-3 py-2 text-xs text-muted-foreground">
            {files.length === 0 ? 'No file differs.' : files.length === 1 ? '1 file' : `${files.length} files`}
            {data.truncated && ', and more'}
          </p>
          {files.map(({ file, unfolded }, index) => (
            <GitFoldedFile key={index} file={file} unfolded={unfolded} />
          ))}
          {data.truncated && <Truncated />}
        </>
      )}
    </GitDetail>
  )
}

/** The first files are drawn until that is much; the others wait to be asked for. */
function unfoldUpTo(files: readonly DiffFile[]): { file: DiffFile; unfolded: boolean }[] {
  let lines = 0
  return files.map((file) => {
    lines += measureDiff(file.hunks).lines + 10
    return { file, unfolded: lines < drawnAtOnce.lines / 2 }
  })
}

function CommitFacts({
  commit: { commit, body, author, authoredAt, committer, refs, parents, pushed },
}: {
  commit: GitCommit
}) {
  return (
    <div className="grid gap-2 border-b px-3 py-2.5">
      {body.trim() !== '' && <p className="break-words whitespace-pre-wrap">{body.trim()}</p>}
      {refs.length > 0 && (
        <div className="flex flex-wrap gap-1.5">
          <GitRefs refs={refs} all />
        </div>
      )}
      <p className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-xs text-muted-foreground">
        <span title={showName(author.email)}>{showName(author.name)}</span>
        <span aria-hidden="true">·</span>
        <RelativeTime at={authoredAt} />
        {committer.email !== author.email && <span>· committed by {showName(committer.name)}</span>}
        <span aria-hidden="true">·</span>
        <span className="inline-flex items-center font-mono">
          {commit.slice(0, 7)}
          <CopyButton text={commit} label="Copy the commit’s name" />
        </span>
        {parents.length > 1 && <span>· merges {parents.length} lines, shown against the first</span>}
        {!pushed && <span className="text-warning-text">· not pushed</span>}
      </p>
    </div>
  )
}
