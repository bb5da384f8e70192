/**
 * The ways to a session from outside its page: sidebar and palette. Where two sessions are side by side, it comes to the
 * front there, as by its tab, so that nothing but closing a side ends that.
 */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { useNavigate, useParams } from 'react-router'
import type { Session } from '@craftastic/contract'
import { bringToFront, focusedId, splitPath, type Split } from './split'
import { terminalPath } from './use-terminals'

interface ShownSplit extends Split {
  environmentId: string
  show: (sessionId: string) => void
}

let shown: ShownSplit | null = null
const listeners = new Set<() => void>()

function offer(next: ShownSplit | null): void {
  shown = next
  for (const listener of listeners) listener()
}

/** The terminal page says what it shows, and how to show another session. */
export function useOfferSplit(environmentId: string, split: Split, show: (sessionId: string) => void): void {
  const latest = useRef(show)
  useEffect(() => {
    latest.current = show
  })
  const { leftId, rightId, side } = split
  useEffect(() => {
    offer({ environmentId, leftId, rightId, side, show: (sessionId) => latest.current(sessionId) })
    return () => offer(null)
  }, [environmentId, leftId, rightId, side])
}

export interface SessionWay {
  path: string
  /** For the click on a link to `path`, which cannot say which of two sides is in front. */
  go: () => void
  /** On show; `front` is where keys go. */
  place: 'front' | 'beside' | null
}

type Target = Pick<Session, 'id' | 'environmentId'>

export function useSessionWay(): (session: Target) => SessionWay {
  const navigate = useNavigate()
  const { sessionId } = useParams()
  const split = useSyncExternalStore(subscribe, () => shown)
  return useMemo(
    () => (session) => {
      if (split?.environmentId !== session.environmentId) {
        const path = terminalPath(session)
        return { path, go: () => void navigate(path), place: session.id === sessionId ? 'front' : null }
      }
      const isShown = session.id === split.leftId || session.id === split.rightId
      return {
        path: splitPath(split.environmentId, bringToFront(split, session.id)),
        go: () => split.show(session.id),
        place: session.id === focusedId(split) ? 'front' : isShown ? 'beside' : null,
      }
    },
    [navigate, sessionId, split],
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
