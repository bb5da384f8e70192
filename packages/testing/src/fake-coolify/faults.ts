/** What happens on the way between Coolify and its client, and in front of Coolify. */
import type { ServerResponse } from 'node:http'
import type { FakeFault, FakeWorld } from './world.ts'

const hugeBytes = 40 * 1024 * 1024

/** The fault that this request meets, which counts it. */
export function takeFault(world: FakeWorld, method: string, path: string): FakeFault | null {
  const fault = world.faults.find(
    (one) => one.times > 0 && (one.method ?? method) === method && path.startsWith(one.path ?? ''),
  )
  if (fault === undefined) return null
  if (fault.after > 0) {
    fault.after -= 1
    return null
  }
  fault.times -= 1
  return fault
}

export function playFault({ how }: FakeFault, response: ServerResponse): void {
  if (how === 'hang') return
  if (how === 'reset') return void response.socket?.destroy()
  if (how === 'huge') {
    response.writeHead(200, { 'content-type': 'application/json' })
    const piece = Buffer.alloc(1024 * 1024, ' ')
    let left = hugeBytes
    const write = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= piece.length
        if (!response.write(piece)) return void response.once('drain', write)
      }
      response.end()
    }
    return write()
  }
  const { status, body = '', contentType = 'application/json', headers = {} } = how
  response.writeHead(status, { 'content-type': contentType, ...headers }).end(body)
}
