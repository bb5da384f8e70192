/**
 * GitHub's side of the device flow (RFC 8628): asks for a code that a person types on GitHub's page, then for the token
 * that they granted. Only the id of an OAuth app is needed, which is no secret.
 */
import { z } from 'zod'

const deadlineMs = 10_000
const maxAnswerBytes = 64 * 1024
/** `repo` is the least with which GitHub lets one push; `workflow` allows changes to workflow files among them. */
const scope = 'repo workflow'
/** What GitHub adds each time it is asked too soon, should it not say the new interval itself. */
const slowDownSeconds = 5

export type GithubApp = {
  /** Origin, such as `https://github.com`. */
  url: string
  clientId: string
}

const Seconds = z.int().positive().max(3600)

const DeviceCode = z.object({
  device_code: z.string().min(1).max(500),
  user_code: z.string().regex(/^[A-Za-z0-9-]{4,40}$/),
  verification_uri: z.url({ protocol: /^https?$/ }).max(500),
  expires_in: Seconds,
  interval: Seconds.default(5),
})
export type DeviceCode = z.infer<typeof DeviceCode>

const TokenAnswer = z.union([
  z.object({ access_token: z.string().regex(/^[\x21-\x7e]{8,1024}$/) }),
  z.object({ error: z.string().max(100), interval: Seconds.optional() }),
])

export type DeviceOutcome =
  | { state: 'authorized'; token: string }
  /** `intervalSeconds`: how long to wait from now on, when GitHub asks for another pace. */
  | { state: 'pending'; intervalSeconds: number | null }
  | { state: 'denied' }
  | { state: 'expired' }

/** GitHub does not answer, answers something else, or refuses the app. The message holds no secret. */
export class GithubFailure extends Error {
  override name = 'GithubFailure'
}

export async function requestDeviceCode(app: GithubApp): Promise<DeviceCode> {
  const answer = await post(app, '/login/device/code', { client_id: app.clientId, scope })
  const code = DeviceCode.safeParse(answer)
  if (!code.success) throw new GithubFailure(`no device code: ${readErrorWord(answer)}`)
  // The person is sent there: it must be the GitHub that was asked.
  if (new URL(code.data.verification_uri).origin !== app.url) throw new GithubFailure('its page is on another host')
  return code.data
}

/** @param intervalSeconds The pace until now. */
export async function pollDeviceToken(
  app: GithubApp,
  deviceCode: string,
  intervalSeconds: number,
): Promise<DeviceOutcome> {
  const answer = TokenAnswer.safeParse(
    await post(app, '/login/oauth/access_token', {
      client_id: app.clientId,
      device_code: deviceCode,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    }),
  )
  if (!answer.success) throw new GithubFailure('neither a token nor an error')
  if ('access_token' in answer.data) return { state: 'authorized', token: answer.data.access_token }
  const { error, interval } = answer.data
  if (error === 'authorization_pending') return { state: 'pending', intervalSeconds: null }
  if (error === 'slow_down') {
    return { state: 'pending', intervalSeconds: interval ?? intervalSeconds + slowDownSeconds }
  }
  if (error === 'access_denied') return { state: 'denied' }
  if (error === 'expired_token' || error === 'token_expired') return { state: 'expired' }
  throw new GithubFailure(`it refuses with ${error}`)
}

async function post(app: GithubApp, path: string, fields: Record<string, string>): Promise<unknown> {
  try {
    const response = await fetch(app.url + path, {
      method: 'POST',
      headers: { accept: 'application/json', 'user-agent': 'craftastic' },
      body: new URLSearchParams(fields),
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return JSON.parse(await readBounded(response))
  } catch (error) {
    if (error instanceof GithubFailure) throw error
    throw new GithubFailure('it does not answer in JSON', { cause: error })
  }
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    if (!(chunk instanceof Uint8Array)) break
    bytes += chunk.length
    if (bytes > maxAnswerBytes) throw new GithubFailure('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function readErrorWord(answer: unknown): string {
  const parsed = z.object({ error: z.string().max(100) }).safeParse(answer)
  return parsed.success ? parsed.data.error : 'an answer of another form'
}
