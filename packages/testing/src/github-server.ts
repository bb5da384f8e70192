/**
 * GitHub's device flow for tests, over real HTTP: gives out codes, waits for `answer`, and insists on its interval as
 * GitHub does.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'

export interface GithubServer {
  /** Such as `http://127.0.0.1:41234`. */
  url: string
  clientId: string
  /** What it gives to those who are authorized. */
  token: string
  /** What it answers to whoever asks for the token, by its own words; `authorized` gives it. */
  answer:
    'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' | 'device_flow_disabled' | 'authorized'
  /** How often the token was asked for. */
  polls: number
  close(): Promise<void>
}

export async function startGithubServer({ intervalSeconds = 1 } = {}): Promise<GithubServer> {
  const deviceCode = randomBytes(20).toString('hex')
  const github: GithubServer = {
    url: '',
    clientId: 'test-client-id',
    token: `gho_${randomBytes(18).toString('hex')}`,
    answer: 'authorization_pending',
    polls: 0,
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  }

  const answerTo = (path: string | undefined, form: URLSearchParams): object => {
    if (form.get('client_id') !== github.clientId) return { error: 'incorrect_client_credentials' }
    if (path === '/login/device/code') {
      const pages = { verification_uri: `${github.url}/login/device`, user_code: 'WDJB-MJHT' }
      return { ...pages, device_code: deviceCode, expires_in: 900, interval: intervalSeconds }
    }
    github.polls += 1
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:device_code') {
      return { error: 'unsupported_grant_type' }
    }
    if (form.get('device_code') !== deviceCode) return { error: 'incorrect_device_code' }
    if (github.answer === 'authorized') {
      return { access_token: github.token, token_type: 'bearer', scope: 'repo,workflow' }
    }
    return { error: github.answer, ...(github.answer === 'slow_down' ? { interval: intervalSeconds + 5 } : {}) }
  }

  const server = createServer((request, response) => {
    void readForm(request).then((form) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answerTo(request.url, form)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  github.url = `http://127.0.0.1:${bound.port}`
  return github
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return new URLSearchParams(body)
}
