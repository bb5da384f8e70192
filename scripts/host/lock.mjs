// One process of this machine at a time. The lock is an abstract Unix socket: the kernel releases it when its holder dies,
// however it dies, so there is no lock file that could be left behind. Elsewhere than on Linux there are none, and no lock.
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SetupError } from './ui.mjs'

/**
 * Runs `work` while no other process is between the same two lines.
 * @param {{ name: string, timeoutMs: number, onWait?: () => void }} options `name` is also what the message of a timeout says is being done.
 */
export async function withLock({ name, timeoutMs, onWait }, work) {
  if (process.platform !== 'linux') return work()
  const address = `\0craftastic-${name.replaceAll(' ', '-')}`
  const deadline = Date.now() + timeoutMs
  let lock = await tryListen(address)
  if (lock === null) onWait?.()
  while (lock === null) {
    if (Date.now() > deadline) {
      const minutes = Math.round(timeoutMs / 60_000)
      throw new SetupError(`Another process has been busy with ${name} for ${minutes} minutes. End it and try again.`)
    }
    await sleep(200)
    lock = await tryListen(address)
  }
  try {
    return await work()
  } finally {
    await new Promise((resolve) => lock.close(resolve))
  }
}

function tryListen(path) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.listen({ path }, () => resolve(server))
  })
}
