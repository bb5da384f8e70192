/**
 * What changes one working tree happens one after the other, in the order in which it was asked for:
 * git itself would refuse whoever comes second. Known per process; between two servers, and against what runs in
 * terminals, git's own lock decides.
 */
export function createGitTurns() {
  const turns = new Map<string, Promise<unknown>>()

  /** Answers what `work` answers, once those before it of this name are done. */
  return async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(name) ?? Promise.resolve()
    const mine = before.then(work)
    const settled = mine.catch(() => {})
    turns.set(name, settled)
    try {
      return await mine
    } finally {
      if (turns.get(name) === settled) turns.delete(name)
    }
  }
}
