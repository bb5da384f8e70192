/** Lines of a log in a place of their own that follows the end. What is out of sight costs no layout. */
import { memo, useMemo } from 'react'
import { ArrowDownIcon } from 'lucide-react'
import type { DeploymentLine } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import { cutBlocks, isSameBlock } from '@/lib/log-blocks'
import { lineTime } from '@/lib/time'
import { useFollowEnd } from '@/lib/use-follow-end'
import { cn } from '@/lib/utils'

const linePx = 20

export function DeploymentLines({
  lines,
  label,
  className,
}: {
  lines: readonly DeploymentLine[]
  label: string
  className?: string
}) {
  const blocks = useMemo(() => cutBlocks(lines), [lines])
  const { scroller, content, leftAt, jumpToEnd } = useFollowEnd(lines.at(-1)?.sequence ?? 0)

  return (
    <div className={cn('relative flex min-h-0 flex-col', className)}>
      <div
        ref={scroller}
        role="region"
        aria-label={label}
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key !== 'End' || event.target !== event.currentTarget) return
          event.preventDefault()
          jumpToEnd()
        }}
        className="@container min-h-0 flex-1 overflow-y-auto bg-terminal py-2 font-mono text-xs leading-5 outline-none focus-visible:inset-ring-2 focus-visible:inset-ring-ring"
      >
        <div ref={content}>
          {blocks.map(({ key, lines: block }) => (
            <Block key={key} lines={block} />
          ))}
        </div>
      </div>
      {leftAt !== null && (
        <Button
          variant="outline"
          size="xs"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full bg-popover shadow-md"
          onClick={() => {
            jumpToEnd()
            // The button goes away: the keyboard stays with the log.
            scroller.current?.focus({ preventScroll: true })
          }}
        >
          <ArrowDownIcon />
          {jumpWords(lines, leftAt)}
        </Button>
      )}
    </div>
  )
}

/** Such as `12 new lines, jump to the end`. */
function jumpWords(lines: readonly DeploymentLine[], leftAt: number): string {
  const unseen = lines.length - 1 - lines.findLastIndex(({ sequence }) => sequence <= leftAt)
  if (unseen === 0) return 'Jump to the end'
  return `${unseen.toLocaleString('en')} new ${unseen === 1 ? 'line' : 'lines'}, jump to the end`
}

const Block = memo(
  function Block({ lines }: { lines: readonly DeploymentLine[] }) {
    return (
      <div
        className="[content-visibility:auto]"
        style={{ containIntrinsicBlockSize: `auto ${lines.length * linePx}px` }}
      >
        {lines.map(({ sequence, text, stream, at }) => (
          <div
            key={sequence}
            data-at={at === null ? undefined : lineTime(at)}
            title={stream === 'stderr' ? 'stderr' : undefined}
            className={cn(
              'relative min-h-5 border-l-2 pr-3 pl-2.5 break-words whitespace-pre-wrap [overflow-wrap:anywhere] before:absolute before:left-2.5 before:text-muted-foreground before:content-[attr(data-at)] before:select-none @min-[36rem]:pl-21 @max-[36rem]:before:hidden',
              stream === 'stderr' ? 'border-status-error bg-destructive-muted/60' : 'border-transparent',
            )}
          >
            {text}
          </div>
        ))}
      </div>
    )
  },
  (before, after) => isSameBlock(before.lines, after.lines),
)
