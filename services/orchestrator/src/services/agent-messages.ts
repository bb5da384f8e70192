/**
 * The messages of the SSH agent protocol (draft-ietf-sshm-ssh-agent; session binding in OpenSSH's PROTOCOL.agent) that
 * our agent knows. ssh2's own reader loses its place at every message that it does not know, and OpenSSH sends one
 * first. Nothing here does I/O.
 */
import { MalformedMessage, wireString, wireUint32, WireReader } from './ssh-wire.ts'

/** What a request of any honest client stays far below. */
const maxFrameBytes = 16 * 1024

/** What a client says of the connection that it is about to sign in on, before it asks for a signature. */
export type SessionBinding = {
  hostKey: Buffer
  sessionId: Buffer
  /** Of the host, over the session id. */
  signature: Buffer
  /** The agent is about to be lent to the machine at the other end. */
  isForwarding: boolean
}

export type AgentRequest =
  | { kind: 'list' }
  | { kind: 'sign'; keyBlob: Buffer; data: Buffer }
  | { kind: 'bind'; binding: SessionBinding }
  /** Adding, removing and locking keys, and whatever else there is. */
  | { kind: 'other' }

/** The messages in a stream of bytes. @throws MalformedMessage */
export async function* readAgentFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0)
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4) {
      const length = held.readUInt32BE()
      if (length === 0 || length > maxFrameBytes) throw new MalformedMessage(`a message of ${length} bytes`)
      if (held.length < 4 + length) break
      yield held.subarray(4, 4 + length)
      held = held.subarray(4 + length)
    }
  }
}

/** @throws MalformedMessage */
export function readAgentRequest(frame: Buffer): AgentRequest {
  const reader = new WireReader(frame)
  const type = reader.byte()
  if (type === requestType.list) {
    reader.end()
    return { kind: 'list' }
  }
  if (type === requestType.sign) {
    const keyBlob = reader.string()
    const data = reader.string()
    // Flags choose among the hashes of RSA.
    reader.uint32()
    reader.end()
    return { kind: 'sign', keyBlob, data }
  }
  if (type !== requestType.extension || reader.text() !== 'session-bind@openssh.com') return { kind: 'other' }
  const [hostKey, sessionId, signature] = [reader.string(), reader.string(), reader.string()]
  const isForwarding = reader.boolean()
  reader.end()
  return { kind: 'bind', binding: { hostKey, sessionId, signature, isForwarding } }
}

const requestType = { list: 11, sign: 13, extension: 27 }

export const agentFailure = frame(Buffer.of(5))
export const agentSuccess = frame(Buffer.of(6))

/** At most one key: `publicKey` is a line as in `authorized_keys`. */
export function identitiesAnswer(publicKey: string | null): Buffer {
  if (publicKey === null) return frame(Buffer.concat([Buffer.of(12), wireUint32(0)]))
  const [, blob = '', comment = ''] = publicKey.split(' ')
  return frame(
    Buffer.concat([Buffer.of(12), wireUint32(1), wireString(Buffer.from(blob, 'base64')), wireString(comment)]),
  )
}

export function signatureAnswer(signature: Buffer): Buffer {
  return frame(Buffer.concat([Buffer.of(14), wireString(signature)]))
}

function frame(message: Buffer): Buffer {
  return wireString(message)
}

/** What is signed to sign in with a key (RFC 4252, section 7). */
export type UserAuth = {
  sessionId: Buffer
  user: string
  keyBlob: Buffer
  /** Of the host, where the client signs that as well. */
  hostKey: Buffer | null
}

/** Null when it is anything else that somebody wants signed, such as a commit or a file. */
export function readUserAuth(data: Buffer): UserAuth | null {
  try {
    const reader = new WireReader(data)
    const sessionId = reader.string()
    if (reader.byte() !== userAuthRequest) return null
    const user = reader.text()
    if (reader.text() !== 'ssh-connection') return null
    const method = reader.text()
    const isHostBound = method === 'publickey-hostbound-v00@openssh.com'
    if (method !== 'publickey' && !isHostBound) return null
    if (!reader.boolean() || reader.text() !== 'ssh-ed25519') return null
    const keyBlob = reader.string()
    const hostKey = isHostBound ? reader.string() : null
    reader.end()
    return { sessionId, user, keyBlob, hostKey }
  } catch (error) {
    if (error instanceof MalformedMessage) return null
    throw error
  }
}

const userAuthRequest = 50
