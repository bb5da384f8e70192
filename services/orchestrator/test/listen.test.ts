import { createServer, type AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { listenInWords } from '../src/listen.ts'

it('answers where a browser on this machine goes', async () => {
  for (const [host, shown] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', 'localhost'],
  ] as const) {
    const app = Fastify()
    const url = await listenInWords(app, { host, port: 0 })
    expect(url).toMatch(new RegExp(`^http://${shown}:[1-9][0-9]*$`))
    expect((await fetch(url)).status).toBe(404)
    await app.close()
  }
})

it('says in one sentence why it cannot', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await expect(listenInWords(Fastify(), { host: '127.0.0.1', port })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use`,
  )
  await expect(listenInWords(Fastify(), { host: '203.0.113.1', port: 0 })).rejects.toThrow(
    'not an address of this machine',
  )
  other.close()
})
