/**
 * What a server leaves inside when it ends without a word. Clients of tmux live in the container: were they to stay, their
 * sessions would look watched for ever, and the next server could not know them as its own.
 */
import { expect, it } from 'vitest'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { attach, readSession } from './environment-life.ts'
import { useFaultServer } from './fault-server.ts'

const terminalCount = 10

describeOnEngine('tmux clients of a server that is gone', () => {
  const server = useFaultServer()

  it('end with a killed server at once, because its connections are closed by the kernel', async () => {
    const { api, process: started } = server()
    const { id: environmentId } = await api.createEnvironment({ name: 'crashed' })
    const session = await api.createSession({ environmentId })
    const terminals = await Promise.all(Array.from({ length: terminalCount }, () => attach(api, session.id)))
    await Promise.all(terminals.map((terminal) => terminal.waitFor(/\$ /)))
    const countClients = async () => {
      const names = await askTmux(environmentId, 'list-clients', '-F', '#{client_name}')
      return names.split('\n').filter((name) => name !== '').length
    }
    const countConnections = async () =>
      Number(await inContainer(environmentId, 'pgrep', '-fc', '^sshd-session: dev@').catch(() => '0'))
    await expect.poll(countClients).toBe(terminalCount)
    expect(await countConnections()).toBe(1)

    await started.crash()
    // Long before keep-alives would tell: nobody has to wait for those.
    await expect.poll(countClients, { timeout: 5_000 }).toBe(0)
    await expect.poll(countConnections, { timeout: 5_000 }).toBe(0)
    expect(await askTmux(environmentId, 'has-session', '-t', `=${session.tmuxSessionName}`)).toBe('')

    await started.restart()
    expect(await readSession(api, session.id)).toMatchObject({ status: 'inactive' })
    await api.deleteEnvironment(environmentId)
  })

  it(
    'end with a server that hangs or is cut off, because sshd asks whether it is there',
    { timeout: 300_000 },
    async () => {
      const { api, process: started } = server()
      const { id: environmentId } = await api.createEnvironment({ name: 'cut-off' })
      const session = await api.createSession({ environmentId })
      const terminal = await attach(api, session.id)
      await terminal.waitFor(/\$ /)
      const asks = await inContainer(environmentId, 'grep', '-c', '^ClientAlive', '/run/craftastic/sshd_config')
      expect(asks).toBe('2')
      const clients = () => askTmux(environmentId, 'list-clients', '-F', '#{client_tty}')
      expect(await clients()).not.toBe('')
      process.kill(started.pid, 'SIGSTOP')
      try {
        await expect.poll(clients, { timeout: 150_000, interval: 1_000 }).toBe('')
      } finally {
        process.kill(started.pid, 'SIGCONT')
      }
      // And it goes on where it was once it is back.
      await terminal.waitFor(/\$ /)
      await expect.poll(clients, { timeout: 30_000 }).not.toBe('')
      terminal.type('echo back-$((1 + 1))\r')
      await terminal.waitFor(/back-2/)
      await terminal.close()
      await api.deleteEnvironment(environmentId)
    },
  )
})
