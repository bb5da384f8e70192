/**
 * What any web part costs: a WebSocket to another process of the same kind, which says `$ ` first and then sends back what
 * it gets. There is no terminal behind it.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import WebSocket, { WebSocketServer } from 'ws'
import type { Peer } from './peer.ts'

const isServer = process.argv[1] === fileURLToPath(import.meta.url)

if (isServer) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => {
    socket.send('$ ')
    socket.on('message', (data: Buffer) => socket.send(data, { binary: true }))
  })
  server.on('listening', () => process.send?.(server.address()))
  process.on('disconnect', () => process.exit())
}

/** The process ends with `close`. */
export async function socketPeer(): Promise<{ peer: Peer; close(): void }> {
  const child = fork(fileURLToPath(import.meta.url))
  const { port } = await new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (address: { port: number }) => resolve(address))
    child.once('error', reject)
  })
  const open: Peer['open'] = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    const early: Buffer[] = []
    let listener = (chunk: Buffer): void => void early.push(chunk)
    socket.on('message', (data: Buffer) => listener(data))
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return {
      write: (input) => socket.send(Buffer.from(input, 'utf8')),
      listen: (next) => {
        listener = next
        for (const chunk of early.splice(0)) next(chunk)
      },
      close: () => socket.terminate(),
    }
  }
  return { peer: { name: 'an empty WebSocket', open }, close: () => child.disconnect() }
}
