import { useId, useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { gitLastCommitQuery } from '@/api/git'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { joinMessage, measureSubject } from '@/lib/commit-message'
import { commitDraftChoice } from '@/lib/git-choices'
import { useGit } from '@/lib/git-context'
import type { GitGroups } from '@/lib/git-files'
import { sayDone } from '@/lib/git-toast'
import { useChoice } from '@/lib/stored'
import { useGitVerb } from '@/lib/use-git-verb'
import { cn } from '@/lib/utils'

/** The message and the commit. A message that was begun outlives the panel. */
export function GitCommitBox({ groups }: { groups: GitGroups }) {
  const id = useId()
  const { tree, status } = useGit()
  const [draft, setDraft] = useChoice(useMemo(() => commitDraftChoice(tree), [tree]))
  /** The message of the last commit as it is being changed. It is over once that is no longer the last one. */
  const [amended, setAmended] = useState<{ commit: string; text: string } | null>(null)
  const { data: last } = useQuery({ ...gitLastCommitQuery(tree), enabled: status.commit !== null })
  const { run: commit, pending } = useGitVerb('commit')

  const amending = amended !== null && amended.commit === status.commit
  const message = amending ? amended.text : draft
  const amendable = last && last.commit === status.commit ? { commit: last.commit, text: joinMessage(last) } : null
  const { count, limit, advice } = measureSubject(message)
  const staged = groups.staged.length > 0
  const nothing = !staged && groups.unstaged.length === 0
  const files = staged || amending ? groups.staged.length : groups.unstaged.length
  const verb = amending ? 'Amend' : staged || nothing ? 'Commit' : 'Commit all'
  const hindrance = hindranceTo({ message, conflicts: groups.conflicted.length, nothing: nothing && !amending })

  const submit = async () => {
    if (hindrance !== null || pending) return
    // Amending the message alone must not take everything along that is not staged.
    const done = await commit({ message, staged: staged || amending, amend: amending })
    if (!done) return
    setAmended(null)
    if (!amending) setDraft('')
    sayDone(`Committed ${done.commit.slice(0, 7)}`, message.split('\n', 1)[0])
  }

  return (
    <form
      className="grid shrink-0 gap-2 border-t bg-sidebar p-3"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className="grid">
        <label htmlFor={id} className="sr-only">
          Message of the commit
        </label>
        <textarea
          id={id}
          value={message}
          rows={2}
          placeholder={amending ? 'Message' : 'What changed, and why'}
          aria-describedby={`${id}-count`}
          onChange={({ target: { value } }) => (amending ? setAmended({ ...amended, text: value }) : setDraft(value))}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            void submit()
          }}
          className="field-sizing-content max-h-48 min-h-16 resize-none rounded-md border border-input bg-background px-2.5 py-1.5 text-base outline-none placeholder:text-muted-foreground focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/30 md:text-sm"
        />
      </div>
      {amending && last?.pushed && (
        <p role="status" className="text-xs text-warning-text">
          {last.commit.slice(0, 7)} was pushed already. Amending it asks for a forced push, and others who have it must
          be told.
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button
          type="submit"
          size="sm"
          disabled={hindrance !== null || pending}
          title={hindrance ?? undefined}
          aria-label={files > 0 ? `${verb} ${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}` : verb}
        >
          {pending && <Spinner />}
          {verb}
          {files > 0 && <span className="font-normal tabular-nums opacity-80">{files.toLocaleString('en')}</span>}
        </Button>
        <label className="flex h-8 items-center gap-1.5 text-sm select-none has-disabled:opacity-50">
          <input
            type="checkbox"
            checked={amending}
            disabled={!amendable || status.operation !== null}
            onChange={(event) => setAmended(event.target.checked ? amendable : null)}
            className="size-3.5 accent-primary"
          />
          Amend
        </label>
        {count > 0 && (
          <span
            id={`${id}-count`}
            title={advice ?? 'Characters of the first line'}
            className={cn('ml-auto text-xs text-muted-foreground tabular-nums', advice && 'text-warning-text')}
          >
            {count}/{limit}
            {advice && <span className="sr-only">. {advice}</span>}
          </span>
        )}
        <span
          className={cn('hidden items-center gap-1 @min-[22rem]:flex pointer-coarse:hidden', count === 0 && 'ml-auto')}
          aria-hidden="true"
        >
          <Kbd>Ctrl</Kbd>
          <Kbd>Enter</Kbd>
        </span>
      </div>
    </form>
  )
}

/** Why there can be no commit yet; null when there can. */
function hindranceTo({ message, conflicts, nothing }: { message: string; conflicts: number; nothing: boolean }) {
  if (conflicts > 0) return 'There are conflicts to resolve first'
  if (nothing) return 'Nothing has changed'
  if (message.trim() === '') return 'A message is missing'
  return null
}
