import { expect, test } from 'vitest'
import { explainRefusal } from './git-proxy-words.ts'

const url = new URL('https://github.com/owner/project/info/refs')
const credential = { lastFour: 'ab12' }
const explain = (status: number, hostWords: string | null = null, has = true) =>
  explainRefusal({ status, url, credential: has ? credential : null, hostWords })

test('git is never asked for a password', () => {
  for (const status of [200, 301, 401, 403, 404, 429, 500, 503]) {
    for (const has of [true, false]) {
      const refusal = explain(status, null, has)
      expect(refusal.status).toBeGreaterThanOrEqual(400)
      expect(refusal.status).not.toBe(401)
    }
  }
})

test('without a token it says where to add one', () => {
  expect(explain(401, null, false)).toEqual({
    status: 403,
    words:
      'github.com asks for a sign-in for this repository.\n' +
      'Add a token for github.com under Settings in Craftastic, then try again.',
  })
  expect(explain(404, null, false)).toMatchObject({ status: 404, words: expect.stringContaining('add a token') })
})

test('with one it says which, and what the host says', () => {
  expect(explain(401).words).toContain('did not take your token that ends in ab12')
  const { words } = explain(403, 'The organisation wants the token to be approved.')
  expect(words).toContain('does not let your token that ends in ab12 do this')
  expect(words).toContain('github.com says: The organisation wants the token to be approved.')
})
