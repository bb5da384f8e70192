/**
 * Renews the sign-in with the refresh cookie. A refresh token works once, and a second use ends the whole sign-in; so
 * there is one renewal at a time in this tab and, through a lock, in all tabs, and a tab that waited for another one's
 * renewal takes that one as its own.
 */
import { ApiError } from './errors'

const lockName = 'craftastic.renew-sign-in'
const renewedAtKey = 'craftastic.signInRenewedAt'
let running: Promise<boolean> | null = null

/**
 * Answers whether the person is signed in again. Throws an ApiError when there was no answer to that. A renewal later
 * than `askedAtMs`, when the refused request set out, needs no other one.
 */
export function renewSignIn(askedAtMs = Date.now()): Promise<boolean> {
  running ??= renewOnce(askedAtMs).finally(() => {
    running = null
  })
  return running
}

async function renewOnce(askedAtMs: number): Promise<boolean> {
  const renew = async () => {
    if (lastRenewalMs() >= askedAtMs) return true
    const renewed = await postRefresh()
    if (renewed) noteRenewal()
    return renewed
  }
  return 'locks' in navigator ? navigator.locks.request(lockName, renew) : renew()
}

async function postRefresh(): Promise<boolean> {
  let response: Response
  try {
    response = await fetch('/api/auth/refresh', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(15_000),
    })
  } catch {
    throw new ApiError({ code: 'server_unreachable', status: 0, message: 'The server does not answer.' })
  }
  if (response.ok) return true
  if (response.status < 500 && response.status !== 429) return false
  throw new ApiError({
    code: 'unexpected_answer',
    status: response.status,
    message: 'The sign-in could not be renewed.',
  })
}

function lastRenewalMs(): number {
  try {
    return Number(localStorage.getItem(renewedAtKey) ?? 0)
  } catch {
    return 0
  }
}

function noteRenewal(): void {
  try {
    localStorage.setItem(renewedAtKey, String(Date.now()))
  } catch {
    // Without storage another tab renews once more, which is allowed.
  }
}
