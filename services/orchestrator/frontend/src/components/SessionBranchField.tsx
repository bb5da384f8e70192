import { useId, type ComponentProps } from 'react'
import type { GitBranch, Session } from '@craftastic/contract'
import { TextField } from '@/components/TextField'
import { describeBranch, freeBranches } from '@/lib/session-branch'

/** Which branch the session is on, with what that means below it. */
export function SessionBranchField({
  typed,
  suggested,
  branches,
  sessions,
  ...field
}: Omit<ComponentProps<typeof TextField>, 'label' | 'hint'> & {
  typed: string
  suggested: string
  branches: readonly GitBranch[]
  sessions: readonly Session[]
}) {
  const listId = useId()
  return (
    <>
      <TextField
        label="Branch"
        problemLabel="The branch"
        optional
        placeholder={suggested}
        hint={describeBranch(typed.trim() || suggested, branches, sessions)}
        list={listId}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="font-mono"
        {...field}
      />
      <datalist id={listId}>
        {freeBranches(branches, sessions).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}
