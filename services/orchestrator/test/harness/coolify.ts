/** A Coolify of its own for a test file, and the client on it. Each test begins with its friendly side. */
import { startFakeCoolify, type FakeCoolify } from '@craftastic/testing/fake-coolify'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { CoolifyTiming } from '../../src/services/coolify-connection.ts'
import { createCoolifyClient } from '../../src/services/coolify.ts'

export type CoolifyBed = {
  coolify(): FakeCoolify
  /** Remembers nothing of an earlier test. Looks for lost deployments at once, and once more. */
  connect(
    timing?: Partial<CoolifyTiming>,
    options?: { token?: string; secrets?: string[] },
  ): ReturnType<typeof createCoolifyClient>
  /** The requests of this test, such as `POST /deploy`, without queries. */
  asked(): Promise<string[]>
}

const repository = 'https://github.com/acme/app'

/** After each test: nothing was asked or answered that Coolify's contract does not know. */
export function useFakeCoolify(): CoolifyBed & { newApp(branch?: string): Promise<string> } {
  let coolify: FakeCoolify | null = null
  let before = 0
  const started = () => {
    if (coolify === null) throw new Error('the fake Coolify does not run yet')
    return coolify
  }
  beforeAll(async () => {
    coolify = await startFakeCoolify()
  })
  afterAll(() => coolify?.close())
  beforeEach(async () => {
    await started().reset()
    before = (await started().look()).requests.length
  })
  afterEach(async () => {
    expect((await started().look()).violations).toEqual([])
  })

  return {
    coolify: started,
    connect: (timing = {}, { token, secrets } = {}) =>
      createCoolifyClient({
        url: `${started().url}/api/v1`,
        token: token ?? started().token,
        secrets,
        timing: { lookAgainMs: [0, 50], ...timing },
      }),
    asked: async () => {
      const { requests } = await started().look()
      return requests.slice(before).map(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}`)
    },
    newApp: (branch = 'main') => started().addApplication(repository, branch),
  }
}
