/**
 * ttyd in front of `docker exec`, which is what people put together without a product like this. One ttyd for each
 * session, started before anything is measured. Its protocol: a first frame with the size as JSON, then a type byte
 * before each payload, `0` for bytes in both directions.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { size, tmux, type Peer } from './peer.ts'

const bytesFrame = 0x30

/** Null when ttyd is not on the PATH. */
export function ttydPeer(): { peer: Peer; close(): void } | null {
  if (spawnSync('ttyd', ['--version']).error !== undefined) return null
  const servers = new Map<string, { port: number; child: ChildProcess }>()

  const serve = async (environmentId: string, tmuxSessionName: string) => {
    const running = servers.get(tmuxSessionName)
    if (running !== undefined) return running.port
    const port = await findFreePort()
    const exec = [
      'docker',
      'exec',
      '-it',
      '-e',
      'TERM=xterm-256color',
      '-u',
      '1000:1000',
      `craftastic-${environmentId}`,
    ]
    const command = [...exec, ...tmux, 'attach', '-t', `=${tmuxSessionName}`]
    const args = ['--port', String(port), '--interface', '127.0.0.1', '--writable', ...command]
    servers.set(tmuxSessionName, { port, child: spawn('ttyd', args, { stdio: 'ignore' }) })
    await sleep(500)
    return port
  }

  const open: Peer['open'] = async ({ environmentId, tmuxSessionName }) => {
    const port = await serve(environmentId, tmuxSessionName)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ['tty'], { perMessageDeflate: false })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    let listener: (chunk: Buffer) => void = () => {}
    socket.on('message', (data: Buffer) => data[0] === bytesFrame && listener(data.subarray(1)))
    socket.send(JSON.stringify({ AuthToken: '', columns: size.cols, rows: size.rows }))
    return {
      write: (input) => socket.send(Buffer.from(`0${input}`, 'utf8')),
      listen: (next) => void (listener = next),
      close: () => socket.terminate(),
    }
  }
  const close = () => {
    for (const { child } of servers.values()) child.kill()
  }
  return { peer: { name: 'ttyd + docker exec', open }, close }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
