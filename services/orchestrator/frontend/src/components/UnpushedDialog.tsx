import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { describeError, hasCode } from '@/api/errors'
import { gitMutation } from '@/api/git-verbs'
import { FormAlert } from '@/components/FormAlert'
import { Spinner } from '@/components/Spinner'
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import type { DeployQuestion } from '@/lib/deploy-wish'
import { shortCommit } from '@/lib/deployment-words'
import { showName } from '@/lib/git-names'
import { gitPath, gitSettingsPath } from '@/lib/git-place'
import { useAction } from '@/lib/use-action'

type Question = Extract<DeployQuestion, { kind: 'unpushed' }>

interface Props {
  open: boolean
  environmentId: string
  question: Question
  onClose: () => void
  onPushed: () => void
  onDeployRemote: () => void
}

/** Names the commits that a deployment would not have, and offers to push them first. */
export function UnpushedDialog(props: Props) {
  return (
    <AlertDialog open={props.open} onOpenChange={(next) => next || props.onClose()}>
      <AlertDialogContent className="max-w-lg">
        <Body {...props} />
      </AlertDialogContent>
    </AlertDialog>
  )
}

function Body({ open, environmentId, question, onPushed, onDeployRemote }: Props) {
  const { branch, looked, onRemote } = question.check
  const { run, pending } = useAction(gitMutation({ environmentId }, 'push'))
  const [failure, setFailure] = useState<unknown>(null)
  // Whoever closes the question while Git pushes does not want the deployment any more.
  const wanted = useRef(open)
  useEffect(() => {
    wanted.current = open
    return () => {
      wanted.current = false
    }
  }, [open])

  const push = () => {
    setFailure(null)
    run({ branch }, { onSuccess: () => wanted.current && onPushed(), onError: setFailure })
  }

  return (
    <>
      <AlertDialogHeader>
        <AlertDialogTitle>{title(question)}</AlertDialogTitle>
        <AlertDialogDescription>{explanation(question)}</AlertDialogDescription>
      </AlertDialogHeader>
      <UnpushedList question={question} />
      {failure !== null && <PushFailure error={failure} environmentId={environmentId} />}
      <AlertDialogFooter className="sm:flex-wrap">
        <AlertDialogCancel asChild>
          <Button variant="outline" className="sm:mr-auto">
            Cancel
          </Button>
        </AlertDialogCancel>
        {onRemote && (
          <Button variant={looked ? 'outline' : 'default'} disabled={pending} onClick={onDeployRemote}>
            Deploy what the remote has
          </Button>
        )}
        {looked && (
          <Button disabled={pending} onClick={push}>
            {pending && <Spinner />}
            {pending ? 'Pushing' : 'Push first'}
          </Button>
        )}
      </AlertDialogFooter>
    </>
  )
}

function UnpushedList({ question: { check } }: { question: Question }) {
  const { count, commits } = check.unpushed
  if (commits.length === 0) return null
  return (
    <ul aria-label="Commits that are not pushed" className="max-h-48 overflow-y-auto rounded-md border">
      {commits.map(({ commit, subject }) => (
        <li key={commit} className="flex gap-3 px-3 py-1.5 not-first:border-t">
          <span className="shrink-0 font-mono text-xs leading-5 text-muted-foreground">{shortCommit(commit)}</span>
          <span className="min-w-0 break-words">{showName(subject)}</span>
        </li>
      ))}
      {count > commits.length && (
        <li className="border-t px-3 py-1.5 text-muted-foreground">and {count - commits.length} more</li>
      )}
    </ul>
  )
}

function title({ check: { branch, looked, onRemote, unpushed } }: Question): string {
  if (!looked) return 'Some commits may not be pushed'
  if (!onRemote) return `${branch} is not on the remote yet`
  return unpushed.count === 1 ? 'One commit is not pushed' : `${unpushed.count} commits are not pushed`
}

function explanation({ check: { looked, onRemote } }: Question): string {
  if (!looked) return 'Coolify builds what the remote has. What the environment has besides shows only while it runs.'
  return `Coolify builds what the remote has. ${onRemote ? 'This is not part of it:' : 'Pushing makes the branch there.'}`
}

/** Why the push did not work, and where it can be mended. */
function PushFailure({ error, environmentId }: { error: unknown; environmentId: string }) {
  const { title: words, detail } = describeError(error)
  const needsToken = hasCode(error, 'git_credentials_required')
  return (
    <FormAlert>
      <span className="font-medium">{words}.</span> {detail}{' '}
      <Link to={needsToken ? gitSettingsPath : gitPath(environmentId)} className="font-medium underline">
        {needsToken ? 'Add a token' : 'Open Git'}
      </Link>
    </FormAlert>
  )
}
