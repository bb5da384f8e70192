/**
 * Looks at the same thing that overlap: each asks first and writes down afterwards, and an answer that took long must not
 * be written over that of a look which began later. Known per process; looks of other servers do not take part.
 */

type Look<Seen> = { number: number; seen: Seen }

type Subject<Seen> = {
  /** Looks that have begun and not ended. */
  open: number
  /** By item, the latest look that tells of it. */
  newest: Map<string, Look<Seen>>
  /** Writings follow each other. */
  turn: Promise<unknown>
}

export function createLooksInOrder<Seen>() {
  const subjects = new Map<string, Subject<Seen>>()
  let count = 0

  /**
   * Answers what `write` answers, which is told for each item what to write of it: what this look has seen, or a later
   * one that was faster.
   */
  return async function look<Written>(
    subjectId: string,
    ask: () => Promise<Seen>,
    write: (latestOf: (itemId: string) => Seen) => Promise<Written>,
  ): Promise<Written> {
    const subject: Subject<Seen> = subjects.get(subjectId) ?? {
      open: 0,
      newest: new Map<string, Look<Seen>>(),
      turn: Promise.resolve(),
    }
    subjects.set(subjectId, subject)
    subject.open += 1
    count += 1
    const number = count
    try {
      const seen = await ask()
      const latestOf = (itemId: string) => {
        const newest = subject.newest.get(itemId)
        if (newest !== undefined && newest.number > number) return newest.seen
        subject.newest.set(itemId, { number, seen })
        return seen
      }
      const written = subject.turn.then(() => write(latestOf))
      subject.turn = written.catch(() => {})
      return await written
    } finally {
      subject.open -= 1
      if (subject.open === 0) subjects.delete(subjectId)
    }
  }
}
