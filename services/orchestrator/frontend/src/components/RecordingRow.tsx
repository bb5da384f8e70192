import { useState } from 'react'
import { DownloadIcon, EllipsisIcon, PlayIcon, Trash2Icon } from 'lucide-react'
import { Link } from 'react-router'
import type { Recording } from '@craftastic/contract'
import { DeleteRecordingDialog } from '@/components/DeleteRecordingDialog'
import { RecordingTime } from '@/components/RecordingMark'
import { RelativeTime } from '@/components/RelativeTime'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { formatBytes } from '@/lib/bytes'
import { saveRecording } from '@/lib/save-recording'
import { playTime } from '@/lib/time'
import { useAfterMenu } from '@/lib/use-after-menu'
import { recordingPath } from '@/lib/use-record'

/** One recording: it leads to the player. */
export function RecordingRow({ recording }: { recording: Recording }) {
  const [deleting, setDeleting] = useState(false)
  const afterMenu = useAfterMenu()
  const { sessionName, startedAt, seconds, bytes, isRunning, note } = recording

  return (
    <li className="relative flex min-h-11 items-center gap-3 py-1.5 pr-2 pl-4 hover:bg-accent/50 has-[a:focus-visible]:bg-accent">
      <PlayIcon aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
      <span className="flex min-w-0 flex-1 flex-col">
        <Link
          to={recordingPath(recording)}
          aria-label={`Play the recording of ${sessionName}`}
          className="truncate font-medium outline-none after:absolute after:inset-0"
        >
          {sessionName}
        </Link>
        {note && <span className="text-xs text-pretty text-muted-foreground">{note}</span>}
      </span>
      {isRunning ? (
        <RecordingTime since={startedAt} />
      ) : (
        <span className="shrink-0 text-xs text-muted-foreground tabular-nums">{playTime(seconds)}</span>
      )}
      <span className="w-16 shrink-0 text-right text-xs text-muted-foreground tabular-nums max-sm:hidden">
        {formatBytes(bytes)}
      </span>
      <RelativeTime
        at={startedAt}
        className="relative z-10 w-28 shrink-0 text-right text-xs text-muted-foreground max-sm:w-auto"
      />
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" className="relative z-10">
            <EllipsisIcon />
            <span className="sr-only">More for the recording of {sessionName}</span>
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
          <DropdownMenuItem onSelect={() => void saveRecording(recording)}>
            <DownloadIcon />
            Download
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem variant="destructive" onSelect={afterMenu.then(() => setDeleting(true))}>
            <Trash2Icon />
            Delete recording
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <DeleteRecordingDialog recording={recording} open={deleting} onOpenChange={setDeleting} />
    </li>
  )
}
