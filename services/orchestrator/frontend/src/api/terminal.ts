/** What a terminal asks over HTTP when its socket does not open: a browser is not told why. */
import { Environment } from '@craftastic/contract'
import type { Diagnosis } from '@/lib/terminal-connection'
import { request } from './client'
import { hasCode } from './errors'
import { fetchSession } from './sessions'

export async function diagnoseTerminal(sessionId: string): Promise<Diagnosis> {
  try {
    const { environmentId } = await fetchSession(sessionId)
    const signal = AbortSignal.timeout(10_000)
    const { status } = await request('GET', `/api/environments/${environmentId}`, { answer: Environment, signal })
    return status === 'running' ? 'retry' : 'stopped'
  } catch (error) {
    if (hasCode(error, 'not_found')) return 'gone'
    if (hasCode(error, 'not_signed_in')) return 'signed-out'
    return 'retry'
  }
}
