/** Our server's WebSocket, used as the page uses it: output acknowledged every 32 KiB, input counted by the server. */
import { randomUUID } from 'node:crypto'
import type { ApiClient } from '@craftastic/testing/api-client'
import WebSocket from 'ws'
import { size, type Peer } from './peer.ts'

const ackEveryBytes = 32 * 1024

export function serverPeer(api: ApiClient): Peer {
  return {
    name: 'Craftastic',
    open: async ({ id }) => {
      const query = `cols=${size.cols}&rows=${size.rows}&input=${randomUUID()}`
      const url = `${api.baseUrl.replace(/^http/, 'ws')}/api/terminal/ws/${id}?${query}`
      const headers = { authorization: `Bearer ${api.accessToken ?? ''}` }
      const socket = new WebSocket(url, { headers, perMessageDeflate: false })
      let listener: (chunk: Buffer) => void = () => {}
      let received = 0
      let acknowledged = 0
      socket.on('message', (data: Buffer, isBinary) => {
        if (!isBinary) return
        received += data.length
        if (acknowledged === 0 || received - acknowledged >= ackEveryBytes) {
          acknowledged = received
          socket.send(JSON.stringify({ type: 'ack', bytes: received }))
        }
        listener(data)
      })
      await new Promise<void>((resolve, reject) => {
        socket.once('open', resolve)
        socket.once('error', reject)
      })
      return {
        write: (input) => socket.send(Buffer.from(input, 'utf8')),
        listen: (next) => void (listener = next),
        close: () => socket.terminate(),
      }
    },
  }
}
