/** Two sessions side by side. The address has it all: the left one is its page, `?beside=` names the right one. */
import { z } from 'zod'
import type { Choice } from './stored'
import { terminalPath } from './use-terminals'

export type Side = 'left' | 'right'

export interface Split {
  leftId: string
  rightId: string | null
  /** Where keys go. */
  side: Side
}

export const splitRatioChoice: Choice<number> = {
  key: 'terminal.splitRatio',
  schema: z.number().min(0.2).max(0.8),
  fallback: 0.5,
}

export const clampRatio = (ratio: number) => Math.min(0.8, Math.max(0.2, ratio))

const besideKey = 'beside'

/** The right session that the address names, if there is one and it is not the left one too. */
export function readBeside(search: URLSearchParams, leftId: string, known: readonly { id: string }[]): string | null {
  const id = search.get(besideKey)
  return id !== leftId && known.some((session) => session.id === id) ? id : null
}

export function focusedId({ leftId, rightId, side }: Split): string {
  return side === 'right' && rightId ? rightId : leftId
}

/** `id` on show and in front: where it is already, or else in place of what is in front. */
export function bringToFront(split: Split, id: string): Split {
  if (id === split.leftId) return { ...split, side: 'left' }
  if (id === split.rightId) return { ...split, side: 'right' }
  return split.side === 'right' && split.rightId ? { ...split, rightId: id } : { ...split, leftId: id }
}

/** One side closed: the other has the page. */
export function closeSide({ leftId, rightId }: Split, side: Side): Split {
  return { leftId: side === 'left' && rightId ? rightId : leftId, rightId: null, side: 'left' }
}

export function splitPath(environmentId: string, { leftId, rightId }: Pick<Split, 'leftId' | 'rightId'>): string {
  const path = terminalPath({ id: leftId, environmentId })
  return rightId ? `${path}?${new URLSearchParams({ [besideKey]: rightId }).toString()}` : path
}
