/** The lists of files, one below the other, of which only what can be seen is drawn. One stop for Tab; arrows move within. */
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { GitFileRow, type FileActions } from '@/components/GitFileRow'
import { sides, type GitEntry, type GitGroups, type GitSide } from '@/lib/git-files'
import { readListKey } from '@/lib/git-list-keys'
import { useVisibleRows } from '@/lib/use-visible-rows'

const rowPx = 36

type Row = { key: string; heading: GitSide; count: number } | (GitEntry & { heading?: undefined })

function toRows(groups: GitGroups): Row[] {
  return sides.flatMap((side) =>
    groups[side].length === 0 ? [] : [{ key: side, heading: side, count: groups[side].length }, ...groups[side]],
  )
}

interface Props extends FileActions {
  groups: GitGroups
  openKey: string | null
  /** Title and buttons above a list. */
  heading: (side: GitSide, count: number) => ReactNode
  ref?: Ref<HTMLDivElement>
}

export function GitFileList({ groups, openKey, heading, ref, ...actions }: Props) {
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => toRows(groups), [groups])
  const [current, setCurrent] = useState<{ key: string; at: number } | null>(null)
  const { first, end } = useVisibleRows(scroller, rows.length, rowPx)
  const at = placeOf(rows, current ?? (openKey === null ? null : { key: openKey, at: 0 }))
  const row = rows[at]

  const moveTo = (to: number, step: number) => {
    // A heading is passed over.
    const target = rows[to]?.heading === undefined ? to : to + (step < 0 && to > 0 ? -1 : 1)
    const next = rows[target]
    if (!next) return
    setCurrent({ key: next.key, at: target })
    const element = scroller.current
    if (!element) return
    // The heading of the first file comes along.
    const top = target <= 1 ? 0 : target * rowPx
    if (top < element.scrollTop) element.scrollTop = top
    else if ((target + 1) * rowPx > element.scrollTop + element.clientHeight) {
      element.scrollTop = (target + 1) * rowPx - element.clientHeight
    }
  }

  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget) return
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1)
    const key = readListKey(event, at, rows.length, pageRows)
    if (!key) return
    event.preventDefault()
    if (key.name === 'move') return moveTo(key.to, key.to - at)
    if (!row || row.heading !== undefined) return
    setCurrent({ key: row.key, at })
    if (key.name === 'open') actions.onOpen(row)
    else if (key.name === 'toggle') actions.onToggle(row)
    else if (row.side === 'unstaged') actions.onDiscard(row)
  }

  return (
    <div ref={scroller} className="relative min-h-0 flex-1 overflow-y-auto">
      <div
        ref={ref}
        role="grid"
        aria-label="Changed files"
        aria-rowcount={rows.length}
        aria-activedescendant={row && at >= first && at < end ? `${id}-${at}` : undefined}
        aria-description="Space stages or unstages a file, Enter shows its changes, Delete asks whether to discard them"
        tabIndex={0}
        onKeyDown={press}
        className="relative outline-none"
        style={{ height: rows.length * rowPx }}
      >
        {rows.slice(first, end).map((shown, index) => (
          <div
            key={shown.key}
            role="rowgroup"
            className="absolute inset-x-0"
            style={{ top: (first + index) * rowPx, height: rowPx }}
          >
            {shown.heading !== undefined ? (
              <div role="row" aria-rowindex={first + index + 1} id={`${id}-${first + index}`} className="h-full">
                <div role="gridcell" className="h-full">
                  {heading(shown.heading, shown.count)}
                </div>
              </div>
            ) : (
              <GitFileRow
                {...actions}
                id={`${id}-${first + index}`}
                rowIndex={first + index + 1}
                entry={shown}
                open={shown.key === openKey}
                current={first + index === at}
                onOpen={(entry) => {
                  setCurrent({ key: entry.key, at: first + index })
                  actions.onOpen(entry)
                }}
              />
            )}
          </div>
        ))}
      </div>
    </div>
  )
}

/** Where the current file is now; where it was, once it left its list, so that the next one has the turn. */
function placeOf(rows: readonly Row[], current: { key: string; at: number } | null): number {
  if (!current) return Math.min(1, rows.length - 1)
  const found = rows.findIndex(({ key }) => key === current.key)
  if (found !== -1) return found
  const at = Math.min(current.at, rows.length - 1)
  return rows[at]?.heading !== undefined && rows[at + 1] ? at + 1 : at
}
