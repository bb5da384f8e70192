/** Sessions whose bell rang while nobody saw them. Known to the page, whichever part of it heard the bell. */
import { useSyncExternalStore } from 'react'

let rung: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

function change(next: ReadonlySet<string>): void {
  rung = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function ringBell(sessionId: string): void {
  if (!rung.has(sessionId)) change(new Set(rung).add(sessionId))
}

/** Somebody looks at the session. */
export function answerBell(sessionId: string): void {
  if (rung.has(sessionId)) change(new Set([...rung].filter((id) => id !== sessionId)))
}

export function useRungSessions(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => rung)
}
