/**
 * Listening at the other end of an SSH connection: on a port of its loopback, or on a socket in its file system. What
 * connects there arrives here as a stream. It lasts until the connection ends or the answered function is called.
 */
import type { Duplex } from 'node:stream'
import type ssh2 from 'ssh2'

const loopback = '127.0.0.1'

type TakeStream = (stream: Duplex) => void

/** Rejects when the port is taken or not allowed. */
export function forwardPort(client: ssh2.Client, port: number, onStream: TakeStream): Promise<() => void> {
  const take = (details: ssh2.TcpConnectionDetails, accept: ssh2.AcceptConnection, refuse: () => void) => {
    if (details.destPort === port) onStream(accept())
    else refuse()
  }
  return listen({
    begin: (done) => client.forwardIn(loopback, port, done),
    accept: () => client.on('tcp connection', take),
    end: () => {
      client.off('tcp connection', take)
      client.unforwardIn(loopback, port)
    },
  })
}

/** Takes the place of a socket that is there. Rejects when that is not allowed. */
export function forwardSocket(client: ssh2.Client, path: string, onStream: TakeStream): Promise<() => void> {
  const take = (details: ssh2.UNIXConnectionDetails, accept: ssh2.AcceptConnection, refuse: () => void) => {
    if (details.socketPath === path) onStream(accept())
    else refuse()
  }
  return listen({
    begin: (done) => client.openssh_forwardInStreamLocal(path, done),
    accept: () => client.on('unix connection', take),
    end: () => {
      client.off('unix connection', take)
      client.openssh_unforwardInStreamLocal(path, () => {})
    },
  })
}

type Listening = {
  begin(done: (error?: Error | null) => void): void
  accept(): void
  end(): void
}

function listen({ begin, accept, end }: Listening): Promise<() => void> {
  return new Promise((resolve, reject) => {
    begin((error) => {
      if (error) return reject(error)
      accept()
      resolve(() => {
        try {
          end()
        } catch {
          // With the connection its forwards have ended.
        }
      })
    })
  })
}
