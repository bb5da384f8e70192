import type { FakeAnswer } from './answers.ts'
import type { FakeApplication, FakeWorld } from './world.ts'

/** What a handler of the fake Coolify is given. */
export type FakeRequest = {
  world: FakeWorld
  parameters: Record<string, string>
  query: URLSearchParams
  body: Record<string, unknown>
  /** The one that the path names. */
  app: FakeApplication | undefined
}

export type FakeHandler = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>
