// @vitest-environment node
import { expect, test } from 'vitest'
import { describeError } from '@/api/errors'

test.each([
  'Failed to fetch dynamically imported module: https://example.com/assets/GitPanel-x.js',
  'error loading dynamically imported module: https://example.com/assets/GitPanel-x.js',
  'Importing a module script failed.',
])('code that does not come is told from a mistake of the page: %s', (message) => {
  expect(describeError(new TypeError(message)).title).toBe('A part of this page could not be loaded')
  expect(describeError(new Error('x is not a function')).title).toBe('Something went wrong on this page')
})
