/** Signed-in users for load: made by the admin, each with a client of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SignedIn, User } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'

/** Waits where the server limits sign-ins. */
export async function signInPatiently(
  baseUrl: string,
  credentials: { email: string; password: string },
): Promise<ApiClient> {
  for (;;) {
    const answer = await new ApiClient(baseUrl).request('POST', '/api/auth/login', { body: credentials })
    if (answer.status !== 429) return new ApiClient(baseUrl, SignedIn.parse(answer.body))
    await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1000)
  }
}

export async function createUsers(admin: ApiClient, count: number): Promise<ApiClient[]> {
  const users: ApiClient[] = []
  for (let number = 1; number <= count; number++) {
    const credentials = { email: `user${number}@example.com`, password: 'correct horse battery staple' }
    const body = { ...credentials, name: `User ${number}`, role: 'member' }
    await admin.expect(201, User, 'POST', '/api/users', { body })
    users.push(await signInPatiently(admin.baseUrl, credentials))
  }
  return users
}
