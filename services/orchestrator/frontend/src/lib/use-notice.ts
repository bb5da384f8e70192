import { useMemo } from 'react'
import { z } from 'zod'
import type { Environment } from '@craftastic/contract'
import { useChoice, type Choice } from './stored'

/**
 * What a running environment has to say, until somebody has put it away. It comes with the environment's newest
 * operation and ends with the next one; so what was put away last is all there is to remember.
 */
export function useNotice(environment: Pick<Environment, 'id' | 'status' | 'statusReason' | 'operation'>): {
  text: string | null
  dismiss: () => void
} {
  const { id, status, statusReason, operation } = environment
  const choice = useMemo<Choice<string>>(() => ({ key: `notice.${id}`, schema: z.string(), fallback: '' }), [id])
  const [dismissed, setDismissed] = useChoice(choice)
  // The same may happen twice, in the same words.
  const notice = `${operation?.id ?? ''} ${statusReason ?? ''}`
  const text = status === 'running' && notice !== dismissed ? statusReason : null
  return { text, dismiss: () => setDismissed(notice) }
}
