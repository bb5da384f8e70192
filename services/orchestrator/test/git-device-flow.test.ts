import { randomUUID } from 'node:crypto'
import { GitCredentialList, GitDeviceFlow, GitDeviceFlowStatus } from '@craftastic/contract'
import { startGithubServer, type GithubServer } from '@craftastic/testing/github-server'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signIn, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { buildTestApp, useTestApp, type TestApp } from './harness/test-app.ts'

let github: GithubServer
let server: TestApp
let user: SignedInUser
beforeAll(async () => {
  github = await startGithubServer()
  const env = { GITHUB_CLIENT_ID: github.clientId, GITHUB_URL: github.url, GIT_ALLOWED_HOSTS: github.url }
  server = await buildTestApp({ env })
})
afterAll(async () => {
  await server.close()
  await github.close()
})
beforeEach(async () => {
  user = await signIn(server)
  github.answer = 'authorization_pending'
})

const path = '/api/git/credentials'
const begin = (as = user) =>
  server.app.inject({
    method: 'POST',
    url: `${path}/github/device`,
    headers: as.headers,
    remoteAddress: randomAddress(),
  })
const look = (flowId: string, as = user) =>
  server.app.inject({ url: `${path}/github/device/${flowId}`, headers: as.headers })
const state = async (flowId: string) => readBody(await look(flowId), GitDeviceFlowStatus)
const list = async () => readBody(await server.app.inject({ url: path, headers: user.headers }), GitCredentialList)

/** As if the interval were over. */
const letPoll = (flowId: string) =>
  server.database.db
    .updateTable('git_device_flows')
    .set({ next_poll_at: sql<Date>`now()` })
    .where('id', '=', flowId)
    .execute()

let addresses = 0
const randomAddress = () => `192.0.2.${(addresses += 1)}`

describe('the device flow of GitHub', () => {
  it('gives a code, waits, and ends with a token that nobody sees', async () => {
    const begun = await begin()
    const flow = readBody(begun, GitDeviceFlow)
    expect(flow).toMatchObject({ userCode: 'WDJB-MJHT', verificationUri: `${github.url}/login/device` })
    expect(Date.parse(flow.expiresAt) - Date.now()).toBeGreaterThan(800_000)
    await letPoll(flow.flowId)
    expect(await state(flow.flowId)).toEqual({ state: 'pending', intervalSeconds: 1 })

    github.answer = 'authorized'
    await letPoll(flow.flowId)
    const done = await look(flow.flowId)
    expect(readBody(done, GitDeviceFlowStatus).state).toBe('authorized')
    expect(done.body).not.toContain(github.token)
    const { credentials, deviceFlowHost } = await list()
    expect(deviceFlowHost).toBe(new URL(github.url).host)
    expect(credentials).toMatchObject([{ host: deviceFlowHost, lastFour: github.token.slice(-4) }])
    // And stays so, without asking again.
    const { polls } = github
    expect((await state(flow.flowId)).state).toBe('authorized')
    expect(github.polls).toBe(polls)
  })

  it('asks GitHub no sooner than its interval allows, however often it is looked at and by how many', async () => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    const before = github.polls
    await Promise.all(Array.from({ length: 10 }, () => state(flowId)))
    expect(github.polls).toBe(before)
    await letPoll(flowId)
    await Promise.all(Array.from({ length: 10 }, () => state(flowId)))
    expect(github.polls).toBe(before + 1)
  })

  it('slows down when it is told to', async () => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    github.answer = 'slow_down'
    await letPoll(flowId)
    expect(await state(flowId)).toEqual({ state: 'pending', intervalSeconds: 6 })
    const { next_poll_at } = await server.database.db
      .selectFrom('git_device_flows')
      .select('next_poll_at')
      .where('id', '=', flowId)
      .executeTakeFirstOrThrow()
    expect(next_poll_at.getTime() - Date.now()).toBeGreaterThan(4_000)
  })

  it.each([
    ['access_denied', 'denied'],
    ['expired_token', 'expired'],
  ] as const)('ends with %s as %s', async (answer, expected) => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    github.answer = answer
    await letPoll(flowId)
    expect((await state(flowId)).state).toBe(expected)
    expect((await list()).credentials).toEqual([])
  })

  it('is absent for somebody else, and asks GitHub nothing for them', async () => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    await letPoll(flowId)
    const before = github.polls
    expectProblem(await look(flowId, await signIn(server)), 'not_found')
    expect(github.polls).toBe(before)
  })

  it('is over at its time', async () => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    const before = github.polls
    await server.database.db
      .updateTable('git_device_flows')
      .set({ expires_at: sql<Date>`now() - interval '1 second'`, next_poll_at: sql<Date>`now()` })
      .where('id', '=', flowId)
      .execute()
    expect((await state(flowId)).state).toBe('expired')
    expect(github.polls).toBe(before)
  })

  it('says what GitHub refuses, and may be asked again', async () => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    github.answer = 'device_flow_disabled'
    await letPoll(flowId)
    expect(expectProblem(await look(flowId), 'github_unavailable', 502).detail).toContain('device_flow_disabled')
    expect((await state(flowId)).state).toBe('pending')
  })

  it("is nobody else's business", async () => {
    const { flowId } = readBody(await begin(), GitDeviceFlow)
    const other = await signIn(server)
    expectProblem(await look(flowId, other), 'not_found', 404)
    expectProblem(await look(randomUUID()), 'not_found', 404)
  })
})

describe('without an OAuth app', () => {
  const bare = useTestApp()

  it('there is no device flow, and the page is told so', async () => {
    const { headers } = await signIn(bare())
    const listed = await bare().app.inject({ url: path, headers })
    expect(readBody(listed, GitCredentialList)).toEqual({ credentials: [], deviceFlowHost: null })
    const answer = await bare().app.inject({ method: 'POST', url: `${path}/github/device`, headers })
    expect(expectProblem(answer, 'github_not_configured', 501).detail).toContain('GITHUB_CLIENT_ID')
  })
})
