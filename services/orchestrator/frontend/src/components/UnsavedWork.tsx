import { useQuery } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { gitUnsavedQuery } from '@/api/git'
import { Spinner } from '@/components/Spinner'
import { unsavedLines, unsavedSummary, type UnsavedLine } from '@/lib/unsaved-words'

/** What is only in an environment, in full: before it is deleted. */
export function UnsavedWork({ environment }: { environment: Environment }) {
  const { data, error, isLoading } = useQuery(gitUnsavedQuery(environment))
  return (
    <div aria-live="polite" className="rounded-lg border bg-card px-3 py-2.5 text-foreground">
      {isLoading && (
        <p className="flex items-center gap-2 text-muted-foreground">
          <Spinner />
          Looking for work that is only here
        </p>
      )}
      {error && <p>What is only here could not be looked at. {describeError(error).detail}</p>}
      {environment.status !== 'running' && (
        <p>It does not run, so what is only in it is not listed here. It is looked at before anything is removed.</p>
      )}
      {data?.repository === 'damaged' && <p>Git cannot read the repository, so what is only here is not known.</p>}
      {data && !data.hasAny && <p>Nothing is only here: all commits are at the remote, and no file is changed.</p>}
      {data && data.repository !== 'damaged' && data.hasAny && (
        <>
          <p className="font-medium">Only here:</p>
          <ul className="mt-1 grid max-h-52 gap-1.5 overflow-y-auto" tabIndex={0} aria-label="Only here">
            {unsavedLines(data).map((line) => (
              <UnsavedItem key={line.text} line={line} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function UnsavedItem({ line: { text, names, more } }: { line: UnsavedLine }) {
  return (
    <li className="break-words">
      {text}
      {names.length > 0 && (
        <ul className="pl-3 font-mono text-xs text-muted-foreground">
          {names.slice(0, 5).map((name, index) => (
            <li key={index} className="truncate" title={name}>
              {name}
            </li>
          ))}
          {more + Math.max(0, names.length - 5) > 0 && <li>and {more + Math.max(0, names.length - 5)} more</li>}
        </ul>
      )}
    </li>
  )
}

/** The same in a sentence, where nothing is lost: before a stop. */
export function UnsavedNote({ environment }: { environment: Environment }) {
  const { data, error, isLoading } = useQuery(gitUnsavedQuery(environment))
  const summary = data ? unsavedSummary(data) : null
  if (isLoading) return <p>Looking for work that was not pushed.</p>
  if (error || data?.repository === 'damaged') return <p>What was not pushed could not be looked at; it stays there.</p>
  return summary === null ? null : <p className="break-words">Only there so far, and safe: {summary}.</p>
}
