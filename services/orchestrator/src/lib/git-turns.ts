/**
 * What changes the working tree of one environment happens one after the other, in the order in which it was asked for:
 * git itself would refuse whoever comes second. Known per process; between two servers, and against what runs in
 * terminals, git's own lock decides.
 */
export function createGitTurns() {
  const turns = new Map<string, Promise<unknown>>()

  /** Answers what `work` answers, once those before it are done. */
  return async function inTurn<T>(environmentId: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(environmentId) ?? Promise.resolve()
    const mine = before.then(work)
    const settled = mine.catch(() => {})
    turns.set(environmentId, settled)
    try {
      return await mine
    } finally {
      if (turns.get(environmentId) === settled) turns.delete(environmentId)
    }
  }
}
