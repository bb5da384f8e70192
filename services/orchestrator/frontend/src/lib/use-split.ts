import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { bringToFront, closeSide, focusedId, readBeside, splitPath, type Side, type Split } from './split'
import { useWide } from './use-wide'

/** What of one environment is on show, and the ways to change it. Where there is no room, only the left side is. */
export function useSplit(environmentId: string, leftId: string, sessions: readonly { id: string }[]) {
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const wide = useWide()
  const [wantedSide, setSide] = useState<Side>('left')
  const rightId = wide ? readBeside(search, leftId, sessions) : null
  const split: Split = { leftId, rightId, side: rightId ? wantedSide : 'left' }

  const go = (next: Split) => {
    setSide(next.side)
    if (next.leftId !== leftId || next.rightId !== rightId) void navigate(splitPath(environmentId, next))
  }
  return {
    split,
    wide,
    inFront: focusedId(split),
    setSide,
    pathTo: (id: string) => splitPath(environmentId, bringToFront(split, id)),
    show: (id: string) => go(bringToFront(split, id)),
    showBeside: (id: string) => go({ leftId, rightId: id, side: 'right' }),
    close: (side: Side) => go(closeSide(split, side)),
  }
}
