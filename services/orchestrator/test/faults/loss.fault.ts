/** Parts of a running environment are lost: it is said within seconds, and mended where nothing of the work is gone. */
import type { Environment, Session } from '@craftastic/contract'
import { expect, it } from 'vitest'
import { askTmux, docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import {
  attach,
  listOperations,
  perform,
  readEnvironment,
  readSession,
  untilEnvironment,
  untilRecovered,
  untilStatus,
} from './environment-life.ts'
import { freezeServer, thawServer, useFaultServer } from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

/** Until then whoever looks sees that something happened. */
const seenWithinMs = 5_000

/** Fills the memory with what belongs to no program, and offers the container's first one to the kernel to be ended. */
const takeAllMemory = 'echo 1000 > /proc/1/oom_score_adj; head -c 1G /dev/zero > /dev/shm/all'

describeOnEngine('an environment that loses', () => {
  const server = useFaultServer({ SANDBOX_MEMORY_LIMIT: '192m' })

  /** With a file in the workspace and a session beside it. */
  async function makeHome(name: string): Promise<{ home: Environment; session: Session }> {
    const { api } = server()
    const home = await api.createEnvironment({ name })
    await inContainer(home.id, 'sh', '-c', 'mkdir /workspace/deep && echo work > /workspace/deep/file')
    const session = await api.createSession({ environmentId: home.id, workingDirectory: '/workspace/deep' })
    return { home, session }
  }

  const untilSeen = (id: string) =>
    untilEnvironment(
      server().api,
      id,
      ({ status, statusReason }) => status !== 'running' || statusReason !== null,
      seenWithinMs,
    )

  const readWork = (id: string) => inContainer(id, 'cat', '/workspace/deep/file')

  async function endTest(home: Environment): Promise<void> {
    const { api, process: started } = server()
    await checkInvariant({ api, instanceId: started.instanceId })
    await api.deleteEnvironment(home.id)
  }

  it.each([
    // The engine kills it before it removes it, and either may be what is seen.
    ['its container', /removed|killed/, (id: string) => docker('rm', '--force', nameOf(id))],
    ['its container to a kill', /killed/, (id: string) => docker('kill', nameOf(id))],
    ['its container from inside', /asked to end/, (id: string) => inContainer(id, 'kill', '-TERM', '1')],
    ['its container to its memory limit', /out of memory/, (id: string) => inContainer(id, 'sh', '-c', takeAllMemory)],
  ])('%s says so, and runs again with its work and its sessions', async (what, words, breakIt) => {
    const { api } = server()
    const { home, session } = await makeHome(`loses ${what}`)
    // What breaks it from inside ends with it.
    await breakIt(home.id).catch(() => null)
    expect((await untilSeen(home.id)).statusReason).toMatch(words)
    const recovered = await untilRecovered(api, home.id)
    expect(recovered.statusReason).toMatch(words)
    expect(recovered.statusReason).toMatch(/started again/)
    expect(await readSession(api, session.id)).toMatchObject({ status: 'inactive', restoredAt: expect.any(String) })
    const directory = ['display-message', '-p', '-t', `=${session.tmuxSessionName}:`, '#{pane_current_path}']
    expect(await askTmux(home.id, ...directory)).toBe('/workspace/deep')
    expect(await readWork(home.id)).toBe('work')
    await endTest(home)
  })

  it('its network gets another one, and its programs run on', async () => {
    const { api } = server()
    const { home, session } = await makeHome('unplugged')
    const readShells = () => askTmux(home.id, 'list-panes', '-a', '-F', '#{session_name} #{pane_pid}')
    const shells = await readShells()
    await docker('network', 'disconnect', '--force', nameOf(home.id), nameOf(home.id))
    await docker('network', 'rm', nameOf(home.id))
    expect((await untilSeen(home.id)).statusReason).toMatch(/network/)
    await untilRecovered(api, home.id)
    expect(await readShells()).toBe(shells)
    expect(await readSession(api, session.id)).toMatchObject({ status: 'inactive', restoredAt: null })
    await endTest(home)
  })

  it('nothing but gains another network is rid of it, and nobody is bothered', async () => {
    const { api, process: started } = server()
    const { home } = await makeHome('doubled')
    const labels = [`craftastic.instance=${started.instanceId}`, `craftastic.environment=${home.id}`]
    await docker('network', 'create', ...labels.flatMap((label) => ['--label', label]), `another-${nameOf(home.id)}`)
    await checkInvariant({ api, instanceId: started.instanceId })
    expect(await readEnvironment(api, home.id)).toMatchObject({ status: 'running', statusReason: null })
    expect((await listOperations(api, home.id)).map(({ kind }) => kind)).toEqual(['create'])
    await endTest(home)
  })

  it('its workspace says that the work is lost, and retry makes an empty one', async () => {
    const { api } = server()
    const { home } = await makeHome('emptied')
    // Quicker than the server, which would make the container again and hold on to the volume.
    freezeServer(server())
    await docker('rm', '--force', nameOf(home.id))
    await docker('volume', 'rm', nameOf(home.id))
    thawServer(server())
    await untilSeen(home.id)
    const lost = await untilStatus(api, home.id, 'error')
    expect(lost.statusReason).toMatch(/workspace is .*lost/)
    await checkInvariant({ api, instanceId: server().process.instanceId })
    expect(await perform(api, home.id, 'retry')).toMatchObject({ status: 'running', statusReason: null })
    expect(await inContainer(home.id, 'ls', '-A', '/workspace')).toBe('')
    await endTest(home)
  })

  it('a program to its memory limit says so, and everything else runs on', async () => {
    const { api } = server()
    const { home, session } = await makeHome('greedy')
    const terminal = await attach(api, session.id)
    await terminal.waitFor(/\$ /)
    terminal.type('tail /dev/zero; echo ended-$?\r')
    const ended = await terminal.waitFor(/ended-137/, { timeoutMs: 30_000 })
    expect(ended).toMatch(/Killed/)
    const seen = await untilSeen(home.id)
    expect(seen).toMatchObject({ status: 'running', statusReason: expect.stringMatching(/out of memory/) })
    terminal.type('echo alive-$((1+1))\r')
    await terminal.waitFor(/alive-2/)
    await terminal.close()
    expect((await listOperations(api, home.id)).map(({ kind }) => kind)).toEqual(['create'])
    await endTest(home)
  })

  it('its container again and again is left for people to look at', async () => {
    const { api } = server()
    const { home } = await makeHome('falls over')
    for (let times = 1; times <= 3; times += 1) {
      await docker('kill', nameOf(home.id))
      await expect
        .poll(async () => (await listOperations(api, home.id)).filter(({ kind }) => kind === 'recover').length)
        .toBe(times)
      await untilRecovered(api, home.id)
    }
    await docker('kill', nameOf(home.id))
    const left = await untilStatus(api, home.id, 'error', 10_000)
    expect(left.statusReason).toMatch(/not started again/)
    expect(await perform(api, home.id, 'retry')).toMatchObject({ status: 'running' })
    expect(await readWork(home.id)).toBe('work')
    await endTest(home)
  })

  it('its tmux has dead sessions, and whoever attaches gets a new shell', async () => {
    const { api } = server()
    const { home, session } = await makeHome('without tmux')
    const terminal = await attach(api, session.id)
    await terminal.waitFor(/\$ /)
    await askTmux(home.id, 'kill-server')
    await terminal.closed
    expect(await readSession(api, session.id)).toMatchObject({ status: 'dead' })
    const again = await attach(api, session.id)
    await again.waitFor(/\$ /)
    again.type('pwd\r')
    await again.waitFor(/^\/workspace\/deep\s*$/m)
    await expect.poll(async () => (await readSession(api, session.id)).status).toBe('active')
    await again.close()
    expect((await readEnvironment(api, home.id)).status).toBe('running')
    await endTest(home)
  })
})
