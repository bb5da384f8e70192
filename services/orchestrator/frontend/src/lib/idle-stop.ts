/** Idle stop as people read it: the choices, and what stands now. */
import type { Environment } from '@craftastic/contract'
import { clockTime, timeUntil } from './time'

const offeredMinutes = [15, 30, 60, 120, 240, 480]

/** Such as `30 min`, `1 h`, `1 h 30 min`. */
function minutesLabel(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [hours > 0 && `${hours} h`, rest > 0 && `${rest} min`].filter(Boolean).join(' ')
}

/** The choices in order; what is set otherwise is among them. */
export function idleStopChoices(setMinutes: number | null): { minutes: number; label: string }[] {
  const all = setMinutes === null ? offeredMinutes : [...new Set([...offeredMinutes, setMinutes])]
  return all.sort((a, b) => a - b).map((minutes) => ({ minutes, label: minutesLabel(minutes) }))
}

export type IdleStopState = { name: 'off' | 'not-running' } | { name: 'new' | 'held' | 'awake' | 'idle'; words: string }

export function idleStopState(
  environment: Pick<Environment, 'status' | 'idleStopMinutes' | 'awakeReason' | 'idleStopAt' | 'heldUntil'>,
  nowMs: number,
): IdleStopState {
  const { status, idleStopMinutes, awakeReason, idleStopAt, heldUntil } = environment
  if (idleStopMinutes === null) return { name: 'off' }
  if (status !== 'running') return { name: 'not-running' }
  if (heldUntil !== null && Date.parse(heldUntil) > nowMs) {
    return { name: 'held', words: `Until ${clockTime(heldUntil, nowMs)}, whatever runs there.` }
  }
  if (awakeReason !== null) return { name: 'awake', words: awakeReason }
  if (idleStopAt === null) return { name: 'new', words: 'Whether it is in use shows within a minute.' }
  const due = timeUntil(idleStopAt, nowMs)
  return { name: 'idle', words: due === 'now' ? 'Stops now.' : `Stops at ${clockTime(idleStopAt, nowMs)}, ${due}.` }
}
