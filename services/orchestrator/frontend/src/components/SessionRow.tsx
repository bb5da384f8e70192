import { useRef, useState } from 'react'
import { EllipsisIcon, PencilIcon, PlayIcon, Trash2Icon, UsersIcon } from 'lucide-react'
import { Link } from 'react-router'
import { toast } from 'sonner'
import type { Environment, Session } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { updateSessionMutation } from '@/api/sessions'
import { DeleteSessionDialog } from '@/components/DeleteSessionDialog'
import { RecordingTime } from '@/components/RecordingMark'
import { RelativeTime } from '@/components/RelativeTime'
import { RestoredTag } from '@/components/RestoredTag'
import { SessionBranch } from '@/components/SessionBranch'
import { SessionRename } from '@/components/SessionRename'
import { ShareSessionDialog } from '@/components/ShareSessionDialog'
import { StatusDot } from '@/components/StatusDot'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { programOf } from '@/lib/programs'
import { isAlive, presentSession, sessionLabel } from '@/lib/status'
import { useAction } from '@/lib/use-action'
import { useAfterMenu } from '@/lib/use-after-menu'
import { terminalPath } from '@/lib/use-terminals'

/** One session: where it leads, what runs in it, and what can be done with it. */
export function SessionRow({ session, environment }: { session: Session; environment: Environment }) {
  const [renaming, setRenaming] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const [sharing, setSharing] = useState(false)
  const afterMenu = useAfterMenu()
  const menuButton = useRef<HTMLButtonElement>(null)
  const { run: update, pending } = useAction(updateSessionMutation())
  const { tone, word } = presentSession(session, environment)
  const alive = isAlive(session, environment)
  const label = sessionLabel(session)
  const program = alive ? programOf(session) : null
  const directory = (alive && session.currentDirectory) || session.workingDirectory
  const tellsMore = session.branch === null || directory !== session.workingDirectory

  const revive = () =>
    update(
      { session, update: { status: 'inactive' } },
      { onError: (error) => toast.error(`${label} was not started`, { description: describeError(error).title }) },
    )

  return (
    <li className="relative flex min-h-11 items-center gap-3 pr-2 pl-4 hover:bg-accent/50 has-[a:focus-visible]:bg-accent">
      {renaming ? (
        <SessionRename
          session={session}
          onDone={(byKey) => {
            setRenaming(false)
            if (byKey) menuButton.current?.focus()
          }}
        />
      ) : (
        <>
          <span className="flex min-w-0 flex-1 items-center gap-3">
            <StatusDot tone={tone} />
            <Link
              to={terminalPath(session)}
              title={[label, alive && session.title].filter(Boolean).join(' · ')}
              className="truncate font-medium outline-none after:absolute after:inset-0"
            >
              {label}
            </Link>
            {session.branch !== null && <SessionBranch branch={session.branch} />}
            {program && <span className="truncate font-mono text-xs text-muted-foreground">{program}</span>}
            {alive && session.recordingSince && <RecordingTime since={session.recordingSince} />}
            {alive && <RestoredTag session={session} />}
            {!alive && environment.status === 'running' && (
              <Button variant="outline" size="xs" className="relative z-10" disabled={pending} onClick={revive}>
                <PlayIcon />
                Start again
              </Button>
            )}
          </span>
          <span className="hidden max-w-40 truncate font-mono text-xs text-muted-foreground lg:block" title={directory}>
            {tellsMore && directory}
          </span>
          {session.lastActivity && (
            <RelativeTime
              at={session.lastActivity}
              className="relative z-10 hidden w-28 shrink-0 text-right text-xs text-muted-foreground sm:block"
            />
          )}
          <span className="w-24 shrink-0 text-xs text-muted-foreground max-sm:sr-only">{word}</span>
        </>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button ref={menuButton} variant="ghost" size="icon-sm" className="relative z-10">
            <EllipsisIcon />
            <span className="sr-only">More for {label}</span>
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
          <DropdownMenuItem onSelect={afterMenu.then(() => setSharing(true))}>
            <UsersIcon />
            Share…
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={afterMenu.then(() => setRenaming(true))}>
            <PencilIcon />
            Rename
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem variant="destructive" onSelect={afterMenu.then(() => setDeleting(true))}>
            <Trash2Icon />
            Delete session
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ShareSessionDialog session={session} open={sharing} onOpenChange={setSharing} />
      <DeleteSessionDialog
        session={session}
        alive={alive}
        running={environment.status === 'running'}
        open={deleting}
        onOpenChange={setDeleting}
      />
    </li>
  )
}
