/** Recording a session into its workspace: the file shows what the session showed, whatever happens meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem, Recording, RecordingList, Session } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { captureScreen, playInTmux, readCast, sizeOf, wordsOf } from '../harness/cast.ts'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { followEvents } from '../harness/follow-events.ts'

describeOnEngine('a recording', { timeout: 90_000 }, () => {
  const server = useEngineServer({ recordings: { maxBytes: 4 * 1024 * 1024 } })
  let api: ApiClient
  let environmentId: string
  let session: Session
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
    session = await api.createSession({ environmentId, name: 'Über uns' })
  })
  afterEach(() => api.request('DELETE', recordingOf(session)))
  afterAll(() => api.removeEnvironment(environmentId))

  const recordingOf = ({ id }: Session) => `/api/sessions/${id}/recording`
  const listPath = () => `/api/environments/${environmentId}/recordings`
  const start = (of = session) => api.expect(201, Recording, 'POST', recordingOf(of))
  const stop = (of = session) => api.expect(200, Recording, 'DELETE', recordingOf(of))
  const list = async () => (await api.expect(200, RecordingList, 'GET', listPath())).recordings
  const readFile = async (fileName: string) =>
    readCast(String((await api.request('GET', `${listPath()}/${fileName}`)).body))
  const type = (text: string, of = session) =>
    askTmux(environmentId, 'send-keys', '-t', `=${of.tmuxSessionName}:`, '-l', `${text}\n`)
  const screenOf = (of = session) => captureScreen(environmentId, '/run/craftastic/tmux.sock', of.tmuxSessionName)
  const onScreen = (pattern: RegExp, of = session) =>
    expect.poll(() => screenOf(of), { timeout: 60_000, interval: 200 }).toMatch(pattern)
  const inFile = (fileName: string, pattern: RegExp) =>
    expect
      .poll(async () => (await readFile(fileName)).events.map(([, , data]) => data).join(''), { timeout: 15_000 })
      .toMatch(pattern)
  /** What is typed last arrives in the file a moment later. */
  const expectSameScreen = async (fileName: string, of = session) => {
    const isSame = async () => (await playInTmux(environmentId, await readFile(fileName))) === (await screenOf(of))
    for (let look = 0; look < 5 && !(await isSame()); look++) await sleep(300)
    const cast = await readFile(fileName)
    expect(await playInTmux(environmentId, cast)).toBe(await screenOf(of))
    return cast
  }

  it('shows the screen that was there, colours, and characters that came in pieces', async () => {
    await type('clear; PS1="$ "; printf "\\033[44;33mbefore\\033[0m 漢字\\n"; echo there-$((1 + 1))')
    await onScreen(/^there-2/m)
    const { fileName, isRunning, sessionName } = await start()
    expect(fileName).toMatch(/^Uber-uns-\d{8}T\d{9}Z\.cast$/)
    expect({ isRunning, sessionName }).toEqual({ isRunning: true, sessionName: 'Über uns' })
    await type(
      `printf 'a\\360\\237'; sleep 0.4; printf '\\231\\202b \\033[3'; sleep 0.4; printf '1mred\\033[0m\\033kname\\033\\\\ \\342\\224\\200\\n'`,
    )
    await onScreen(/b .*red/)
    await type('printf "\\033[38;2;9;99;199mtrue\\033[0m \\033)0\\016lqk\\017\\n"; echo done-$((1 + 1))')
    await onScreen(/^done-2/m)
    await inFile(fileName, /done-2/)
    const cast = await expectSameScreen(fileName)
    const text = cast.events.map(([, , data]) => data).join('')
    expect(text).toMatch(/before.* 漢字/)
    expect(text).toContain('🙂b')
    expect(text).not.toContain('\ufffd')
    expect(text).not.toContain('\u001bk')
    expect(cast.header).toMatchObject({ width: 80, height: 24, title: 'Über uns' })
    expect(await stop()).toMatchObject({ fileName, isRunning: false, note: null, bytes: expect.any(Number) })
  })

  it('follows a size, a full-screen program, another pane, and the way back', async () => {
    const { fileName } = await start()
    const target = { baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
    const terminal = await openTerminal({ ...target, cols: 100, rows: 30 })
    await expect.poll(async () => sizeOf(await readFile(fileName))).toEqual({ cols: 100, rows: 30 })
    await terminal.close()
    await type('clear; seq 1 300 >/tmp/rows; less /tmp/rows')
    await onScreen(/^29$/m)
    await expectSameScreen(fileName)
    await askTmux(environmentId, 'resize-window', '-t', `=${session.tmuxSessionName}:`, '-x', '70', '-y', '20')
    await expect.poll(async () => sizeOf(await readFile(fileName))).toEqual({ cols: 70, rows: 20 })
    await expectSameScreen(fileName)
    await askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, 'q')
    await type('echo back-$((1 + 1))')
    await onScreen(/^back-2/m)
    await inFile(fileName, /back-2/)
    await expectSameScreen(fileName)
    await askTmux(environmentId, 'split-window', '-t', `=${session.tmuxSessionName}:`)
    await expect.poll(async () => sizeOf(await readFile(fileName)).rows).toBeLessThan(20)
    await type('echo split-$((1 + 1))')
    await inFile(fileName, /split-2/)
    await expectSameScreen(fileName)
    await askTmux(environmentId, 'kill-pane', '-t', `=${session.tmuxSessionName}:`)
    await expect.poll(async () => sizeOf(await readFile(fileName)).rows).toBe(20)
    await expectSameScreen(fileName)
    await stop()
  })

  it('begins inside a full-screen program and shows what was beneath it', async () => {
    await type('clear; echo beneath-$((1 + 1)); less /tmp/rows')
    await onScreen(/^19$/m)
    const { fileName } = await start()
    await expectSameScreen(fileName)
    await askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, 'q')
    await onScreen(/^beneath-2/m)
    await inFile(fileName, /\u001b\[\?1049l/)
    await expectSameScreen(fileName)
    await stop()
  })

  it('answers the one that is under way, tells who looks, counts for nothing, and wakes nobody', async () => {
    const stream = await followEvents(api, '/api/events')
    const last = () => stream.activity.findLast(({ sessionId }) => sessionId === session.id)?.recordingSince
    await expect.poll(last).toBe(null)
    const [first, second] = await Promise.all([0, 1].map(() => api.request('POST', recordingOf(session))))
    expect([first?.status, second?.status].sort()).toEqual([200, 201])
    const { fileName, startedAt } = Recording.parse(first?.body)
    expect(Recording.parse(second?.body).fileName).toBe(fileName)
    await expect.poll(last, { timeout: 4_000 }).toBe(startedAt)
    const read = () => api.expect(200, Session, 'GET', `/api/sessions/${session.id}`)
    expect(await read()).toMatchObject({ status: 'inactive', recordingSince: startedAt })
    expect((await list())[0]).toMatchObject({ fileName, isRunning: true })
    await stop()
    await expect.poll(last, { timeout: 4_000 }).toBe(null)
    stream.close()
    expect((await api.request('DELETE', recordingOf(session))).status).toBe(404)
    expect((await list())[0]).toMatchObject({ fileName, isRunning: false })
  })

  it('leaves no trace in git', async () => {
    await inContainer(environmentId, 'git', 'init', '--quiet', '/workspace')
    expect(await inContainer(environmentId, 'git', '-C', '/workspace', 'status', '--porcelain', '--ignored')).toBe(
      '!! .recordings/',
    )
    await inContainer(environmentId, 'rm', '-rf', '/workspace/.git')
  })

  it('keeps up with a flood, or says what it left out, and ends at its limit', async () => {
    const { fileName } = await start()
    await type('seq -f "%g 🙂 flood" 1 40000; echo flood-$((1 + 1))')
    await onScreen(/^flood-2/m)
    await expect.poll(async () => (await list())[0]?.bytes, { timeout: 15_000 }).toBeGreaterThan(500_000)
    await inFile(fileName, /flood-2/)
    const cast = await expectSameScreen(fileName)
    const lines =
      cast.events
        .map(([, , data]) => data)
        .join('')
        .match(/^\d+ 🙂 flood/gm) ?? []
    expect(lines.length === 40_000 || wordsOf(cast).some((words) => /left out/.test(words))).toBe(true)
    await type('seq -f "%g 🙂 flood" 1 400000; echo over-$((1 + 1))')
    await expect.poll(async () => (await list())[0]?.isRunning, { timeout: 60_000 }).toBe(false)
    const [recording] = await list()
    expect(recording?.note).toMatch(/4 MiB/)
    expect(recording?.bytes).toBeLessThanOrEqual(4 * 1024 * 1024)
    await askTmux(environmentId, 'send-keys', '-t', `=${session.tmuxSessionName}:`, 'C-c')
    await readFile(fileName)
  }, 120_000)

  it('ends with its session, and says so', async () => {
    const other = await api.createSession({ environmentId, name: '漢字' })
    const { fileName } = await start(other)
    expect(fileName).toMatch(new RegExp(`^${other.tmuxSessionName}-`))
    await type('exit', other)
    await expect
      .poll(async () => (await list()).find((one) => one.fileName === fileName)?.note)
      .toBe('The session ended.')
    const again = await api.request('POST', recordingOf(other))
    expect(Problem.parse(again.body)).toMatchObject({ code: 'not_found', detail: expect.stringContaining('has ended') })
  })

  it('is gone when it is deleted, and ends first', async () => {
    const { fileName } = await start()
    const path = `${listPath()}/${fileName}`
    expect((await api.request('DELETE', path)).status).toBe(200)
    expect((await api.request('GET', path)).status).toBe(404)
    expect((await api.request('DELETE', path)).status).toBe(404)
    expect((await list()).map((one) => one.fileName)).not.toContain(fileName)
    expect((await api.request('DELETE', recordingOf(session))).status).toBe(404)
  })

  it('leads nowhere else: no path in a name, no link in the directory, no link as the directory', async () => {
    for (const name of ['..%2f..%2fetc%2fpasswd', '.gitignore', 'a.cast', 'a-20261122T180102003Z.cast%00', '%2e%2e']) {
      expect([400, 404], name).toContain((await api.request('GET', `${listPath()}/${name}`)).status)
    }
    const link = 'link-20261122T180102003Z.cast'
    const undo = `rm -rf .recordings/${link} /tmp/elsewhere; [ ! -d moved ] || { rm -f .recordings; mv moved .recordings; }`
    onTestFinished(async () => void (await inContainer(environmentId, 'sh', '-c', `cd /workspace; ${undo}`)))
    await inContainer(environmentId, 'ln', '-s', '/etc/passwd', `/workspace/.recordings/${link}`)
    expect((await list()).map(({ fileName }) => fileName)).not.toContain(link)
    for (const method of ['GET', 'DELETE'])
      expect((await api.request(method, `${listPath()}/${link}`)).status).toBe(404)
    expect(await inContainer(environmentId, 'readlink', `/workspace/.recordings/${link}`)).toBe('/etc/passwd')

    await inContainer(environmentId, 'sh', '-c', 'mv /workspace/.recordings /workspace/moved; mkdir /tmp/elsewhere')
    await inContainer(environmentId, 'ln', '-s', '/tmp/elsewhere', '/workspace/.recordings')
    const refused = await api.request('POST', recordingOf(session))
    expect(Problem.parse(refused.body)).toMatchObject({ code: 'directory_missing' })
    expect((await api.expect(200, Session, 'GET', `/api/sessions/${session.id}`)).recordingSince).toBe(null)
    expect(await inContainer(environmentId, 'ls', '-A', '/tmp/elsewhere')).toBe('')
  })

  it('shows files that a program has bent as well as it can', async () => {
    const write = (name: string, text: string) =>
      inContainer(environmentId, 'sh', '-c', 'printf "$2" >"/workspace/.recordings/$1"', 'sh', name, text)
    await write('empty-20200101T000000001Z.cast', '')
    await write('bent-20200101T000000002Z.cast', '{"title":"\\t\\n[9e99,\\n')
    await write('cut-20200101T000000003Z.cast', '{"title":"cut"}\\n[1,"o","a"]\\n[2,"o"')
    await write('never-20209901T000000004Z.cast', 'x')
    const old = (await list()).filter(({ startedAt }) => startedAt.startsWith('2020'))
    expect(
      old.map(({ fileName, sessionName, seconds, note }) => [fileName[0], sessionName, seconds, note?.slice(0, 13)]),
    ).toEqual([
      ['c', 'cut', 0, 'It breaks off'],
      ['b', 'bent', 0, undefined],
      ['e', 'empty', 0, 'It breaks off'],
    ])
    expect((await api.request('GET', `${listPath()}/cut-20200101T000000003Z.cast`)).body).toBe(
      '{"title":"cut"}\n[1,"o","a"]\n',
    )
  })
})
