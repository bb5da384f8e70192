/** The changes of one file of the working tree, with what can be done with them: the whole file, or a hunk. */
import { useMemo, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { MinusIcon, PlusIcon, Undo2Icon } from 'lucide-react'
import { gitDiffQuery } from '@/api/git'
import { DiffModeToggle } from '@/components/DiffModeToggle'
import { GitDetail } from '@/components/GitDetail'
import { DiffSkeleton, GitFileChanges } from '@/components/GitFileChanges'
import { GitFileName } from '@/components/GitFileName'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { Truncated } from '@/components/Truncated'
import { Button } from '@/components/ui/button'
import { useGit } from '@/lib/git-context'
import { readDiff, type DiffFile, type DiffHunk } from '@/lib/git-diff'
import { entryOf, isUntracked, lookOf, pathsOf, type GitEntry, type GitSide } from '@/lib/git-files'
import { makePatch } from '@/lib/git-patch'
import { useGitBusy, useGitVerb } from '@/lib/use-git-verb'

export function GitFileDiff({ path, side }: { path: string; side: GitSide }) {
  const { status } = useGit()
  const file = status.files.find((other) => other.path === path)
  const listed = file && (side === 'conflicted' ? file.conflicted : file[side] && !file.conflicted)
  if (!file || !listed) return <NothingLeft path={path} />
  return <EntryDiff key={`${side} ${path}`} entry={entryOf(file, side)} />
}

/** The file left its list: it was committed, staged, discarded, or changed back. */
function NothingLeft({ path }: { path: string }) {
  const { status, place, show } = useGit()
  const file = status.files.find((other) => other.path === path)
  const elsewhere = file && (file.conflicted ? 'conflicted' : file.staged ? 'staged' : 'unstaged')
  return (
    <GitDetail title={<GitFileName path={path} />}>
      <Notice
        className="py-10"
        title={elsewhere ? 'Nothing is left here' : 'This file has no changes'}
        action={
          elsewhere && (
            <Button variant="outline" size="sm" onClick={() => show({ ...place, file: { path, side: elsewhere } })}>
              {elsewhere === 'staged' ? 'Show what is staged' : 'Show what is not staged'}
            </Button>
          )
        }
      />
    </GitDetail>
  )
}

function EntryDiff({ entry }: { entry: GitEntry }) {
  const { tree, askDiscard } = useGit()
  const { file, side } = entry
  const { data, error, isFetching, refetch } = useQuery(gitDiffQuery(tree, file, side === 'staged'))
  const { run: stage } = useGitVerb('stage')
  const { run: unstage } = useGitVerb('unstage')
  const busy = useGitBusy('stage', 'unstage', 'discard')
  const diff = useMemo(() => (data ? readDiff(data.diff) : []), [data])
  const look = lookOf(entry)
  const files = pathsOf(entry)

  const hunkActions = (changed: DiffFile) => (hunk: DiffHunk) => {
    if (side === 'conflicted' || changed.cut || changed.kind === 'add' || changed.kind === 'delete') return null
    return side === 'staged' ? (
      <HunkButton
        icon={<MinusIcon />}
        label="Unstage"
        disabled={busy}
        onClick={() => void unstage({ patch: makePatch(changed, [hunk], 'reverse') })}
      />
    ) : (
      <>
        <HunkButton
          icon={<Undo2Icon />}
          label="Discard"
          disabled={busy}
          onClick={() => askDiscard({ patch: makePatch(changed, [hunk], 'reverse'), path: file.path })}
        />
        <HunkButton
          icon={<PlusIcon />}
          label="Stage"
          disabled={busy}
          onClick={() => void stage({ patch: makePatch(changed, [hunk], 'forward') })}
        />
      </>
    )
  }

  return (
    <GitDetail
      title={<GitFileName path={file.path} origPath={file.origPath} look={look} />}
      actions={
        <>
          <DiffModeToggle />
          {side === 'unstaged' && (
            <Button variant="ghost" size="xs" disabled={busy} onClick={() => askDiscard({ files })}>
              <Undo2Icon />
              Discard
            </Button>
          )}
          {side === 'staged' ? (
            <Button variant="outline" size="xs" disabled={busy} onClick={() => void unstage({ files })}>
              <MinusIcon />
              Unstage file
            </Button>
          ) : (
            <Button variant="outline" size="xs" disabled={busy} onClick={() => void stage({ files })}>
              <PlusIcon />
              {side === 'conflicted' ? 'Mark as resolved' : 'Stage file'}
            </Button>
          )}
        </>
      }
    >
      {error && !data ? (
        <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      ) : !data ? (
        <DiffSkeleton />
      ) : (
        <>
          {diff.map((changed, index) => (
            <GitFileChanges key={index} file={changed} path={file.path} hunkActions={hunkActions(changed)} />
          ))}
          {diff.length === 0 && (
            <p className="p-3 text-muted-foreground">
              {file.submodule
                ? 'A repository of its own: look at its changes there.'
                : isUntracked(file) && file.path.endsWith('/')
                  ? 'A directory with a repository of its own.'
                  : 'No line of it differs.'}
            </p>
          )}
          {data.truncated && <Truncated />}
        </>
      )}
    </GitDetail>
  )
}

function HunkButton(props: { icon: ReactNode; label: string; disabled: boolean; onClick: () => void }) {
  return (
    <Button
      variant="ghost"
      size="xs"
      className="h-6 px-1.5"
      aria-label={`${props.label} these lines`}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.icon}
      {props.label}
    </Button>
  )
}
