/** A way to a TCP server that can be cut and opened again: an outage, for whoever goes through it. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface CuttableProxy {
  port: number
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>
  /** Takes connections again, on the same port. */
  open(): Promise<void>
}

export async function openProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  let server = await listen(0)
  const { port } = readAddress(server)
  return {
    port,
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    open: async () => {
      server = await listen(port)
    },
  }

  async function listen(onPort: number): Promise<Server> {
    const listening = createServer((client) => {
      const target = connect(targetPort, '127.0.0.1')
      for (const socket of [client, target]) {
        sockets.add(socket)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          sockets.delete(socket)
          client.destroy()
          target.destroy()
        })
      }
      client.pipe(target).pipe(client)
    })
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(onPort, '127.0.0.1', resolve)
    })
    return listening
  }
}

function readAddress(server: Server): { port: number } {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy does not listen')
  return address
}
