/** The order of an environment's tabs, as somebody arranged it in this browser. Sessions it does not know come last. */
import { useMemo } from 'react'
import { z } from 'zod'
import type { Session } from '@craftastic/contract'
import { inOrder } from './status'
import { useChoice, type Choice } from './stored'

/** What has no place in `order` keeps the one it has among its like, after the others. */
export function arrange<T extends { id: string }>(items: readonly T[], order: readonly string[]): T[] {
  const placed = order.flatMap((id) => items.filter((item) => item.id === id))
  return [...placed, ...items.filter(({ id }) => !order.includes(id))]
}

/** `ids` with `id` at `place`, or at the end that is nearest to it. */
export function moveTo(ids: readonly string[], id: string, place: number): string[] {
  const others = ids.filter((other) => other !== id)
  return others.toSpliced(Math.max(0, place), 0, id)
}

export function useTabOrder(environmentId: string, sessions: readonly Session[]) {
  const choice = useMemo(
    (): Choice<string> => ({ key: `tabOrder.${environmentId}`, schema: z.string(), fallback: '' }),
    [environmentId],
  )
  const [order, setOrder] = useChoice(choice)
  const tabs = useMemo(() => arrange(inOrder(sessions), order.split(' ').filter(Boolean)), [sessions, order])
  const moveTab = (id: string, place: number) => {
    const ids = tabs.map((tab) => tab.id)
    setOrder(moveTo(ids, id, place).join(' '))
  }
  return { tabs, moveTab }
}
