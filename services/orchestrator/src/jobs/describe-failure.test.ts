import { expect, test } from 'vitest'
import { describeDeadline, describeGivenUp } from './describe-failure.ts'

test('work that takes too long says what comes next: only what can be retried asks for it', () => {
  expect(describeDeadline('create', 'clone', 720).reason).toBe(
    'It was not done within 12 minutes and was given up. Retry begins again.',
  )
  expect(describeDeadline('stop', 'stop', 60).reason).toMatch(/within 60 seconds .* Retry begins again\.$/)
  expect(describeDeadline('delete', 'volume', 720).reason).toMatch(/given up\. It is tried again by itself\.$/)
  expect(describeGivenUp('delete')).toMatch(/It is tried again by itself\.$/)
  expect(describeGivenUp('recover')).toMatch(/Retry begins again\.$/)
})

test('a deletion whose work could not be kept in time did not happen', () => {
  expect(describeDeadline('delete', 'keep', 720).reason).toBe(
    'It was not deleted, because what is only in it could not be kept within 12 minutes.',
  )
})
