/** The routes of the previous generation without an engine: who sees what, and what every answer says of them. */
import { randomBytes, randomUUID } from 'node:crypto'
import { LegacyContainerList, Success } from '@craftastic/contract'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEnvironmentRow, signIn } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()

async function createContainerRow(userId: string, containerId = randomBytes(32).toString('hex')): Promise<string> {
  const environmentId = await createEnvironmentRow(server(), userId)
  await server()
    .database.db.updateTable('environments')
    .set({ container_id: containerId })
    .where('id', '=', environmentId)
    .execute()
  return containerId
}

const inject = (method: 'GET' | 'POST' | 'DELETE', url: string, headers: Record<string, string>, payload?: object) =>
  server().app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })

describe('listing containers', () => {
  it('answers those of the caller in the form of Docker, and of anybody to an admin', async () => {
    const [owner, stranger, admin] = [
      await signIn(server()),
      await signIn(server()),
      await signIn(server(), { role: 'admin' }),
    ]
    const containerId = await createContainerRow(owner.id)
    await createEnvironmentRow(server(), owner.id)
    const { containers } = readBody(await inject('GET', '/api/containers/list', owner.headers), LegacyContainerList)
    expect(containers).toEqual([
      {
        Id: containerId,
        Names: [expect.stringMatching(/^\/craftastic-/)],
        Status: 'Exited (0)',
        Labels: expect.objectContaining({ 'craftastic.environment': expect.any(String) as string }) as object,
      },
    ])
    const url = `/api/containers/list?userId=${owner.id}`
    expect(readBody(await inject('GET', url, owner.headers), LegacyContainerList).containers).toEqual(containers)
    expect(readBody(await inject('GET', url, admin.headers), LegacyContainerList).containers).toEqual(containers)
    expect(
      readBody(await inject('GET', '/api/containers/list', admin.headers), LegacyContainerList).containers,
    ).toEqual([])
    expectProblem(await inject('GET', url, stranger.headers), 'not_found')
    expectProblem(await inject('GET', '/api/containers/list?userId=me', owner.headers), 'validation_failed')
  })
})

describe('a container', () => {
  it('is found by its id or its beginning, as with Docker, and by its owner alone', async () => {
    const [owner, admin] = [await signIn(server()), await signIn(server(), { role: 'admin' })]
    const containerId = await createContainerRow(owner.id)
    for (const id of [containerId, containerId.slice(0, 12)]) {
      expect(readBody(await inject('DELETE', `/api/containers/${id}`, owner.headers), Success)).toEqual({
        success: true,
      })
      expectProblem(await inject('DELETE', `/api/containers/${id}`, admin.headers), 'not_found')
    }
    const absent = [containerId.slice(0, 11), `${containerId.slice(0, 12)}%25`, randomUUID(), '%25', '_'.repeat(12)]
    for (const id of absent) expectProblem(await inject('DELETE', `/api/containers/${id}`, owner.headers), 'not_found')
    for (const id of ['%00', 'x'.repeat(65)]) {
      expectProblem(await inject('DELETE', `/api/containers/${id}`, owner.headers), 'validation_failed')
    }
  })

  it('is not guessed when two begin alike, unless one is named exactly', async () => {
    const owner = await signIn(server())
    const start = 'abcdefabcdef'
    for (const end of ['', '1', '2']) await createContainerRow(owner.id, start + end)
    readBody(await inject('DELETE', `/api/containers/${start}`, owner.headers), Success)
    await createContainerRow(owner.id, `${start}12`)
    readBody(await inject('DELETE', `/api/containers/${start}1`, owner.headers), Success)
    const another = await signIn(server())
    for (const end of ['1', '2']) await createContainerRow(another.id, start + end)
    const refused = expectProblem(await inject('DELETE', `/api/containers/${start}`, another.headers), 'not_found')
    expect(refused.detail).toContain('More than one')
  })
})

it('creates for others only for an admin, and refuses what it does not know', async () => {
  const [member, other] = [await signIn(server()), await signIn(server())]
  const create = (payload?: object) => inject('POST', '/api/containers/create', member.headers, payload)
  expectProblem(await create({ userId: other.id }), 'not_allowed')
  expectProblem(await create({ image: 'any' }), 'validation_failed')
})

it('says with every answer that it is deprecated, and what to use', async () => {
  const { headers } = await signIn(server())
  const answers = await Promise.all([
    inject('GET', '/api/containers/list', headers),
    inject('POST', '/api/containers/create', headers, { nonsense: true }),
    inject('DELETE', '/api/containers/none', headers),
    inject('DELETE', '/api/containers/none', {}),
  ])
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 400, 404, 401])
  for (const answer of answers) {
    expect(answer.headers.deprecation).toMatch(/^@1[0-9]{9}$/)
    expect(answer.headers.link).toContain('</api/environments>; rel="successor-version"')
  }
  const Paths = z.object({
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ deprecated: z.boolean().optional() }))),
  })
  const document = readBody(await inject('GET', '/api/openapi.json', {}), Paths)
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item))
      expect(operation.deprecated ?? false, path).toBe(path.includes('/containers'))
  }
})
