import { describe, expect, it } from 'vitest'
import { cleanText, createLogger } from '../src/lib/logger.ts'

/** What a log call writes to stdout. */
function capture(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = []
  const log = createLogger({ logLevel: 'info', nodeEnv: 'production' }, { write: (line) => void lines.push(line) })
  write(log)
  return lines.join('')
}

describe('the log', () => {
  it.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'password',
    'token',
    'accessToken',
    'refreshToken',
    'secret',
  ])('never holds what is named %s, three levels deep', (name) => {
    const output = capture((log) => {
      log.info({ [name]: 'hunter2' }, 'one')
      log.info({ a: { [name]: 'hunter2' } }, 'two')
      log.info({ a: { b: { [name]: ['hunter2'] } } }, 'three')
    })
    expect(output).not.toContain('hunter2')
    expect(output.match(/\[removed\]/g)).toHaveLength(3)
  })

  it('removes user names and passwords from URLs, and tokens from queries', () => {
    expect(cleanText('clone of https://me:hunter2@git.example.org/a failed')).toBe(
      'clone of https://[removed]@git.example.org/a failed',
    )
    expect(cleanText('postgres://u:p%40ss@db:5432/x')).toBe('postgres://[removed]@db:5432/x')
    expect(cleanText('GET /setup?token=hunter2&x=1')).toBe('GET /setup?token=[removed]&x=1')
    expect(cleanText('https://example.org/a@b')).toBe('https://example.org/a@b')
  })

  it('does so in requests and errors, causes included', () => {
    const cause = new Error('connect postgres://u:hunter2@db/x')
    const output = capture((log) => {
      log.info(
        { req: { method: 'GET', url: '/setup?token=hunter2', ip: '::1', headers: { cookie: 'hunter2' } } },
        'request',
      )
      log.error({ err: new Error('https://u:hunter2@git/', { cause }) }, 'request failed')
    })
    expect(output).not.toContain('hunter2')
    expect(output).toContain('postgres://[removed]@db/x')
  })

  it('cuts what a stranger can make long, and keeps lines apart', () => {
    const output = capture((log) =>
      log.info({ req: { method: 'GET', url: `/${'x'.repeat(5000)}\u001b[2J\r\nforged`, ip: '::1' } }, 'request'),
    )
    expect(output.length).toBeLessThan(600)
    expect(output).not.toContain('\u001b')
    expect(output.trim().split('\n')).toHaveLength(1)
  })
})
