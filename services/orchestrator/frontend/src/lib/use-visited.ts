import { useState } from 'react'

/** The ids visited last, the current one among them, at most `most`. Their order says nothing to the one who shows them. */
export function useVisited(current: string, most: number): readonly string[] {
  const [visited, setVisited] = useState<readonly string[]>([current])
  if (visited[0] === current) return visited
  const next = [current, ...visited.filter((id) => id !== current)].slice(0, most)
  setVisited(next)
  return next
}
