/** The server is killed in the middle of a flood: the program runs on, and the next server goes on with the recording. */
import { Recording, RecordingList } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { admin, startServer, type ServerProcess } from '@craftastic/testing/server-process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { captureScreen, playInTmux, readCast, wordsOf } from '../harness/cast.ts'
import { askTmux } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'

describeOnEngine('a recording, when the server is killed', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer()
  }, 60_000)
  afterAll(async () => {
    expect(await server.remove()).toEqual([])
  }, 60_000)

  it('goes on with the next one, and holds up no program meanwhile', { timeout: 240_000 }, async () => {
    const api = await ApiClient.signIn(server.baseUrl, admin)
    const { id: environmentId } = await api.createEnvironment({ name: 'home' })
    const session = await api.createSession({ environmentId, name: 'main' })
    const screenOf = () => captureScreen(environmentId, '/run/craftastic/tmux.sock', session.tmuxSessionName)
    const { fileName } = await api.expect(201, Recording, 'POST', `/api/sessions/${session.id}/recording`)
    const flood = 'seq 1 1000000; echo flood-$((1 + 1))\n'
    await askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, '-l', flood)
    await expect.poll(screenOf, { timeout: 30_000 }).toMatch(/^\d{4,7}$/m)
    await server.crash()
    await expect.poll(screenOf, { timeout: 90_000, interval: 500 }).toMatch(/^flood-2/m)

    await server.restart()
    const again = await ApiClient.signIn(server.baseUrl, admin)
    const listPath = `/api/environments/${environmentId}/recordings`
    const read = async () => readCast(String((await again.request('GET', `${listPath}/${fileName}`)).body))
    const isAway = (words: string) => words.includes('The server was away')
    await expect.poll(async () => wordsOf(await read()).some(isAway), { timeout: 30_000 }).toBe(true)
    expect(await playInTmux(environmentId, await read())).toBe(await screenOf())

    const { recordings } = await again.expect(200, RecordingList, 'GET', listPath)
    expect(recordings).toMatchObject([{ fileName, isRunning: true }])
    const stopped = await again.expect(200, Recording, 'DELETE', `/api/sessions/${session.id}/recording`)
    expect(stopped).toMatchObject({ fileName, isRunning: false, note: null })
    await again.removeEnvironment(environmentId)
  })
})
