/**
 * Looks that take long and that many ask for at the same moment, such as all tabs when a working tree has changed. One
 * runs at a time; whoever asks meanwhile shares the next one, which begins after they asked, so that nobody is told what
 * was so before.
 */
type Looks<Seen> = { running: Promise<Seen>; next: Promise<Seen> | null }

export function createSharedLooks<Seen>() {
  const looks = new Map<string, Looks<Seen>>()

  /** Answers what `look` sees of the subject. */
  return function lookAt(subjectId: string, look: () => Promise<Seen>): Promise<Seen> {
    const known = looks.get(subjectId)
    if (known === undefined) return begin(subjectId, look)
    known.next ??= known.running.then(
      () => begin(subjectId, look),
      () => begin(subjectId, look),
    )
    return known.next
  }

  function begin(subjectId: string, look: () => Promise<Seen>): Promise<Seen> {
    const entry: Looks<Seen> = { running: look(), next: null }
    looks.set(subjectId, entry)
    const end = () => {
      if (looks.get(subjectId) === entry && entry.next === null) looks.delete(subjectId)
    }
    entry.running.then(end, end)
    return entry.running
  }
}
