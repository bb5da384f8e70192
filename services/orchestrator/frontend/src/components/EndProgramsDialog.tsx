import type { Environment } from '@craftastic/contract'
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
import { UnsavedNote } from '@/components/UnsavedWork'
import { verbLooks, type EndingVerb } from '@/lib/environment-verbs'
import { namePrograms } from '@/lib/programs'
import { aliveSessions } from '@/lib/status'
import { useRunVerb } from '@/lib/use-environment-verb'
import { useLingering } from '@/lib/use-lingering'

export interface Ending {
  environment: Environment
  verb: EndingVerb
}

/** Asks before a stop or a restart, and says what ends and what stays. */
export function EndProgramsDialog({ ending, onClose }: { ending: Ending | null; onClose: () => void }) {
  const shown = useLingering(ending)
  const { runVerb, pending } = useRunVerb()
  if (!shown) return null

  const { environment, verb } = shown
  const { label } = verbLooks[verb]
  const sessions = aliveSessions(environment)
  const programs = namePrograms(sessions)
  return (
    <AlertDialog open={ending !== null} onOpenChange={(open) => !open && onClose()}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>
            {label} {environment.name}?
          </AlertDialogTitle>
          <AlertDialogDescription asChild>
            <div className="grid gap-2">
              <p>
                {sessions.length === 1 ? 'Its session ends' : `Its ${sessions.length} sessions end`}
                {programs ? `, and with ${sessions.length === 1 ? 'it' : 'them'} ${programs}` : ''}. The workspace is
                kept.
              </p>
              <UnsavedNote environment={environment} />
              <p>
                {verb === 'restart'
                  ? 'Sessions come back as new shells in their directories.'
                  : 'With the next start, sessions come back as new shells in their directories.'}
              </p>
            </div>
          </AlertDialogDescription>
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="outline">Keep it running</Button>
          </AlertDialogCancel>
          <Button
            disabled={pending}
            onClick={() => {
              onClose()
              runVerb(environment, verb)
            }}
          >
            {label}
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
