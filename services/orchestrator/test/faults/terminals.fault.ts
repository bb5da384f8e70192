/** The server is killed with many terminals open: what runs in them does not notice. */
import type { TerminalClient } from '@craftastic/testing/terminal-client'
import { expect, it } from 'vitest'
import { askTmux } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { attach } from './environment-life.ts'
import { useFaultServer } from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

const terminalCount = 50
const count = 'n=0; while :; do n=$((n+1)); echo tick-$n; sleep 1; done\r'

const lastTick = (text: string) => Number([...text.matchAll(/tick-(\d+)/g)].at(-1)?.[1] ?? 0)

describeOnEngine('a server that is killed', () => {
  const server = useFaultServer()

  it('leaves fifty terminals to be attached again, and what runs in them goes on', async () => {
    const { api, process: started } = server()
    const { id: environmentId } = await api.createEnvironment({ name: 'fifty' })
    const sessions = await Promise.all(
      Array.from({ length: terminalCount }, () => api.createSession({ environmentId })),
    )
    const attachAll = () => Promise.all(sessions.map(({ id }) => attach(api, id)))
    const listShells = () => askTmux(environmentId, 'list-panes', '-a', '-F', '#{session_name} #{pane_pid}')

    const before = await attachAll()
    for (const terminal of before) terminal.type(count)
    await Promise.all(before.map((terminal) => terminal.waitFor(/tick-3\b/, { timeoutMs: 60_000 })))
    const shells = await listShells()

    await started.crash()
    await Promise.all(before.map(({ closed }) => closed))
    const ticks = before.map(({ text }) => lastTick(text))
    await started.restart()

    const after = await attachAll()
    const goesOn = async (terminal: TerminalClient, index: number) => {
      await expect.poll(() => lastTick(terminal.text), { timeout: 60_000 }).toBeGreaterThan(ticks[index] ?? 0)
    }
    await Promise.all(after.map(goesOn))
    expect(shells.split('\n')).toHaveLength(terminalCount)
    expect(await listShells()).toBe(shells)
    await checkInvariant({ api, instanceId: started.instanceId })
    await Promise.all(after.map((terminal) => terminal.close()))
    await api.deleteEnvironment(environmentId)
  })
})
