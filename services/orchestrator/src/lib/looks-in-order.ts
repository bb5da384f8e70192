/**
 * Looks at the same thing that overlap: each asks first and writes down afterwards, and an answer that took long must not
 * be written over that of a look which began later. Known per process; looks of other servers do not take part.
 */

type Subject = {
  /** Looks that have begun and not ended. */
  open: number
  /** By item, the latest look of which it was written down. */
  newest: Map<string, number>
  /** Writings follow each other. */
  turn: Promise<unknown>
}

export function createLooksInOrder() {
  const subjects = new Map<string, Subject>()
  let count = 0

  /** Answers what `write` answers, which asks of each item whether its look is the latest that tells of it. */
  return async function look<Seen, Written>(
    subjectId: string,
    ask: () => Promise<Seen>,
    write: (seen: Seen, isLatest: (itemId: string) => boolean) => Promise<Written>,
  ): Promise<Written> {
    const subject = subjects.get(subjectId) ?? { open: 0, newest: new Map<string, number>(), turn: Promise.resolve() }
    subjects.set(subjectId, subject)
    subject.open += 1
    count += 1
    const number = count
    try {
      const seen = await ask()
      const written = subject.turn.then(() => {
        return write(seen, (itemId) => {
          const isLatest = number > (subject.newest.get(itemId) ?? 0)
          if (isLatest) subject.newest.set(itemId, number)
          return isLatest
        })
      })
      subject.turn = written.catch(() => {})
      return await written
    } finally {
      subject.open -= 1
      if (subject.open === 0) subjects.delete(subjectId)
    }
  }
}
