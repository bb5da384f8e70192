/**
 * An SSH agent with one key, for the programs of an environment: it says which key there is, and signs with it what
 * signs somebody in at an SSH host that has proven its own key on this very connection. It signs nothing else, takes
 * no keys, and is not lent to other machines.
 */
import type { Duplex } from 'node:stream'
import {
  agentFailure,
  agentSuccess,
  identitiesAnswer,
  readAgentFrames,
  readAgentRequest,
  readUserAuth,
  signatureAnswer,
  type AgentRequest,
  type SessionBinding,
} from './agent-messages.ts'
import { isHostProven } from './host-key-proof.ts'

/** A client asks for the key and for a signature; `ssh` then closes the connection. */
const maxRequests = 32
/** Between two requests, while a person may be asked something. */
const silenceMs = 120_000

/** What a signature would sign in to. */
export type SignIn = {
  /** As which the other end is asked to know the key. */
  user: string
  /** Of the host, as a blob: proven. */
  hostKey: Buffer
}

export interface AgentKey {
  /** One line as in `authorized_keys`; null: there is no key. */
  findPublicKey(): Promise<string | null>
  /** A signature in the form of the protocol; null: this is not signed. */
  sign(keyBlob: Buffer, data: Buffer, signIn: SignIn): Promise<Buffer | null>
}

/** Answers one client until it goes, says nothing, or says what makes no sense. Never rejects for what it says. */
export async function serveAgent(stream: Duplex, key: AgentKey): Promise<void> {
  let binding: SessionBinding | null = null
  let requests = 0
  const silence = setTimeout(() => stream.destroy(), silenceMs)
  stream.on('error', () => stream.destroy())
  stream.once('close', () => clearTimeout(silence))
  try {
    for await (const frame of readAgentFrames(stream.iterator({ destroyOnReturn: false }))) {
      silence.refresh()
      requests += 1
      if (requests > maxRequests) return
      const request = readAgentRequest(frame)
      stream.write(await answer(request))
    }
  } finally {
    // What was answered before the end still goes out.
    stream.end(() => stream.destroy())
  }

  async function answer(request: AgentRequest): Promise<Buffer> {
    if (request.kind === 'list') return identitiesAnswer(await key.findPublicKey())
    if (request.kind === 'sign') {
      const signature = await sign(request.keyBlob, request.data)
      return signature === null ? agentFailure : signatureAnswer(signature)
    }
    // A second host on one connection is one that the agent is lent to.
    if (request.kind !== 'bind' || binding !== null || !isHostProven(request.binding)) return agentFailure
    binding = request.binding
    return agentSuccess
  }

  async function sign(keyBlob: Buffer, data: Buffer): Promise<Buffer | null> {
    const signIn = readUserAuth(data)
    if (binding === null || binding.isForwarding || signIn === null) return null
    const { hostKey } = binding
    const isBound = signIn.sessionId.equals(binding.sessionId) && (signIn.hostKey?.equals(hostKey) ?? true)
    if (!isBound || !signIn.keyBlob.equals(keyBlob)) return null
    return key.sign(keyBlob, data, { user: signIn.user, hostKey })
  }
}
