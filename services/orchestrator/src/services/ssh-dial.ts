/**
 * The byte stream into a container that SSH runs on: TCP to the container's address where the server can reach it, else
 * an `sshd` of its own over the engine. Both ends in the same protocol, so nothing above knows which one it was.
 */
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ContainerRuntime } from './runtime.ts'
import { SshFailure } from './ssh.ts'

/** Port of sshd inside every environment. */
export const sshPort = 2222

const tcpDeadlineMs = 2_000

export type DialOptions = {
  runtime: ContainerRuntime
  environmentId: string
  address: string | null
  /** Command of an sshd that serves its standard input and output. */
  sshdCommand: string[]
}

/** Throws when neither way leads in, and at once when the container is reached but sshd does not listen. */
export async function dial({ runtime, environmentId, address, sshdCommand }: DialOptions): Promise<Duplex> {
  if (address === null) return runtime.openProgramStream(environmentId, sshdCommand)
  try {
    return await dialTcp(address)
  } catch (error) {
    if (isRefused(error)) throw new SshFailure('sshd does not listen', { cause: error })
    return runtime.openProgramStream(environmentId, sshdCommand)
  }
}

/** Whoever refuses was reached: the other way would lead to the same container. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}

function dialTcp(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: sshPort, noDelay: true, keepAlive: true })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(tcpDeadlineMs, () => fail(new Error(`no answer from ${address}:${sshPort}`)))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}
