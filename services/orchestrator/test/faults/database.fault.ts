/** The database goes away for a while, with work under way and somebody typing. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@craftastic/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProxy, type CuttableProxy } from '@craftastic/testing/cuttable-proxy'
import { describeOnEngine } from '../harness/engine.ts'
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts'
import { attach, listOperations, untilEnvironment, wish } from './environment-life.ts'
import {
  readPid,
  readReadiness,
  removeFaultServer,
  startFaultServer,
  useFaultServer,
  type FaultServer,
} from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

const awayMs = 5_000

/** `interrupt` resolves when the database is back. */
async function expectNothingLost(
  name: string,
  { api, process: started }: FaultServer,
  interrupt: (type: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const [home, restarting] = await Promise.all([
    api.createEnvironment({ name: `typed in ${name}` }),
    api.createEnvironment({ name: `restarts ${name}` }),
  ])
  const session = await api.createSession({ environmentId: home.id })
  const terminal = await attach(api, session.id)
  await terminal.waitFor(/\$ /)
  let typed = 0
  const type = async () => {
    typed += 1
    terminal.type(`echo typed-$((${typed}+100))\r`)
    await terminal.waitFor(new RegExp(`typed-${typed + 100}`))
  }

  const { operation } = await wish(api, restarting.id, 'restart')
  await untilEnvironment(api, restarting.id, (environment) => environment.operation?.state === 'running', 10_000)
  await interrupt(type)

  await untilEnvironment(api, restarting.id, ({ status }) => status === 'running')
  const [newest] = await listOperations(api, restarting.id)
  expect(newest).toMatchObject({ id: operation?.id, state: 'succeeded' })
  await type()
  expect(terminal.socket.readyState).toBe(terminal.socket.OPEN)
  await terminal.close()
  await checkInvariant({ api, instanceId: started.instanceId })
  await Promise.all([home, restarting].map(({ id }) => api.deleteEnvironment(id)))
}

describeOnEngine('a database that costs neither the server, nor work, nor terminals', () => {
  describe('the embedded one', () => {
    const server = useFaultServer()

    const readPostmasterPid = () => {
      const path = join(server().process.dataDir, 'postgres/cluster/postmaster.pid')
      return Number(readFileSync(path, 'utf8').split('\n')[0])
    }
    const isAnother = async (before: number) => {
      try {
        return readPostmasterPid() !== before && (await readReadiness(server())) === 200
      } catch {
        return false
      }
    }

    it.each(['SIGINT', 'SIGKILL'] as const)('ended by %s', async (signal) => {
      const serverPid = readPid(server())
      await expectNothingLost(signal, server(), async (type) => {
        const postmasterPid = readPostmasterPid()
        process.kill(postmasterPid, signal)
        await type()
        await expect.poll(() => isAnother(postmasterPid), { timeout: 30_000 }).toBe(true)
      })
      expect(readPid(server())).toBe(serverPid)
    })
  })

  describe('one elsewhere', () => {
    let database: TestDatabase
    let proxy: CuttableProxy
    let server: FaultServer
    beforeAll(async () => {
      database = await createTestDatabase({ empty: true })
      const url = new URL(database.url)
      proxy = await openProxy(Number(url.port))
      url.port = String(proxy.port)
      server = await startFaultServer({ DATABASE_URL: url.href })
    })
    afterAll(async () => {
      await removeFaultServer(server)
      await proxy.cut()
      await database.drop()
    })

    it('out of reach for some seconds', async () => {
      const { api } = server
      await expectNothingLost('away', server, async (type) => {
        await proxy.cut()
        const backAt = performance.now() + awayMs
        const refused = await api.request('GET', `/api/environments/user/${api.userId}`)
        expect(Problem.parse(refused.body).code).toBe('database_unavailable')
        expect(await readReadiness(server)).toBe(503)
        while (performance.now() < backAt) {
          await type()
          await sleep(500)
        }
        await proxy.open()
        await expect.poll(() => readReadiness(server), { timeout: 30_000 }).toBe(200)
      })
    })
  })
})
