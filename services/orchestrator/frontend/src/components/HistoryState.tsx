import type { SessionHistory } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { Button } from '@/components/ui/button'

interface Props {
  history: SessionHistory | undefined
  lines: number
  error: unknown
  fetching: boolean
  /** The program has written something since the history was read. */
  newOutput: boolean
  onRetry: () => void
}

/** What there is to read: how much, or why nothing. */
export function HistoryState({ history, lines, error, fetching, newOutput, onRetry }: Props) {
  if (!history && error && !fetching) {
    const { title, detail } = describeError(error)
    return (
      <>
        <p role="alert" className="line-clamp-2 min-w-0 flex-1 leading-tight text-foreground">
          {`The history could not be read: ${detail || title}`}
        </p>
        <Button variant="outline" size="xs" onClick={onRetry}>
          Try again
        </Button>
      </>
    )
  }
  const keepsLast = history?.full && !history.alternateScreen && !history.truncated ? history.keptLines : null
  return (
    <p role="status" className="min-w-0 flex-1 truncate max-sm:group-has-data-searching/history:hidden">
      <span className="font-medium text-foreground">History</span>
      {!history && <span className="animate-in fill-mode-backwards delay-300 fade-in-0"> · loading</span>}
      {history?.alternateScreen &&
        ' · The program uses the whole screen, which has no history. Leave it to see the shell’s.'}
      {history && !history.alternateScreen && ` · ${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}`}
      {history?.truncated && ' · the oldest are left out'}
      {keepsLast && ` · only the last ${keepsLast.toLocaleString('en')} are kept`}
      {history && !history.alternateScreen && newOutput && <span className="text-foreground"> · new output below</span>}
    </p>
  )
}
