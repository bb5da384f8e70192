/** When to try again after a terminal's connection was lost: at once the first time, then ever more slowly. */
const delaysMs = [250, 1000, 2000, 4000, 8000, 15_000]

/**
 * The pause before try number `attempt` (0 = first), in milliseconds. `random` in [0, 1) spreads the tries of many
 * clients over ±30 %, so that a restarted server does not meet all of them in one moment.
 */
export function retryDelayMs(attempt: number, random: number): number {
  const delay = delaysMs[Math.min(attempt, delaysMs.length - 1)] ?? 15_000
  return Math.round(delay * (0.7 + 0.6 * random))
}
