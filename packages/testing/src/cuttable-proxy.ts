/** A way to a TCP server that can be cut and opened again: an outage, for whoever goes through it. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Transform } from 'node:stream'

export interface CuttableProxy {
  port: number
  /**
   * Breaks every connection and refuses new ones. `passBytes` of what comes next, each way, still go through: the last
   * frame or line is then cut in two, and the connection breaks when that much came, or after `withinMs` at the latest.
   */
  cut(options?: { passBytes: number; withinMs: number }): Promise<void>
  /** Takes connections again, on the same port. */
  open(): Promise<void>
}

export async function openProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  /** What may still pass, by connection; unlimited while nothing is being cut. */
  let passBytes = Infinity
  let server = await listen(0)
  const { port } = readAddress(server)
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    cut: async (options) => {
      const closed = new Promise((resolve) => server.close(resolve))
      passBytes = options?.passBytes ?? 0
      const timer = setTimeout(destroyAll, options?.withinMs ?? 0)
      await closed
      clearTimeout(timer)
    },
    open: async () => {
      passBytes = Infinity
      server = await listen(port)
    },
  }

  async function listen(onPort: number): Promise<Server> {
    const listening = createServer((client) => {
      const target = connect(targetPort, '127.0.0.1')
      const destroyBoth = () => {
        client.destroy()
        target.destroy()
      }
      for (const socket of [client, target]) {
        sockets.add(socket)
        socket.setNoDelay(true)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          sockets.delete(socket)
          destroyBoth()
        })
      }
      client.pipe(gate(destroyBoth)).pipe(target)
      target.pipe(gate(destroyBoth)).pipe(client)
    })
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(onPort, '127.0.0.1', resolve)
    })
    return listening
  }

  /** Passes what may pass, and calls `onSpent` once the rest has gone through. */
  function gate(onSpent: () => void): Transform {
    let passed = 0
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (passBytes === Infinity) return done(null, chunk)
        const last = chunk.subarray(0, Math.max(0, passBytes - passed))
        passed += chunk.length
        done(null, last)
        // In a later turn, so that what passes is written.
        if (passed >= passBytes) setImmediate(onSpent)
      },
    })
  }
}

function readAddress(server: Server): { port: number } {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy does not listen')
  return address
}
