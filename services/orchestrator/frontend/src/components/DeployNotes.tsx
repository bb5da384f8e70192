import { TriangleAlertIcon } from 'lucide-react'
import type { Application, DeployCheck } from '@craftastic/contract'
import { branchChange } from '@/lib/deploy-wish'

/** What a deployment would not have, and what it would change. */
export function DeployNotes(props: { application: Application; branch: string; check: DeployCheck | undefined }) {
  const notes = deployNotes(props)
  if (notes.length === 0) return null
  return (
    <ul className="grid gap-1 text-xs text-warning-text">
      {notes.map((note) => (
        <li key={note} className="flex items-start gap-1.5">
          <TriangleAlertIcon aria-hidden="true" className="mt-px size-3.5 shrink-0" />
          <span className="min-w-0 text-pretty break-words">{note}</span>
        </li>
      ))}
    </ul>
  )
}

function deployNotes({
  application,
  branch,
  check,
}: {
  application: Application
  branch: string
  check: DeployCheck | undefined
}): string[] {
  const change = branchChange(application, branch)
  const notes = change === null ? [] : [`${change} Deploying ${branch} changes that for everybody.`]
  if (!check?.looked) return notes
  const { count } = check.unpushed
  if (!check.onRemote) notes.push(`${branch} is not on the remote yet, and Coolify builds what the remote has.`)
  else if (count > 0) notes.push(`${count === 1 ? 'One commit is' : `${count} commits are`} not pushed.`)
  const files = check.changedFiles
  if (files > 0) notes.push(`${files === 1 ? 'One changed file is' : `${files} changed files are`} not committed.`)
  return notes
}
