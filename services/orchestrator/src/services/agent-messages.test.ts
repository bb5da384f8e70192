import { expect, test } from 'vitest'
import { identitiesAnswer, readAgentFrames, readAgentRequest, readUserAuth } from './agent-messages.ts'
import { wireString, wireUint32 } from './ssh-wire.ts'

const blob = Buffer.from('a key')
const sessionId = Buffer.alloc(32, 7)

async function framesOf(...chunks: Buffer[]): Promise<Buffer[]> {
  async function* arrive() {
    yield* chunks
  }
  const frames: Buffer[] = []
  for await (const frame of readAgentFrames(arrive())) frames.push(frame)
  return frames
}

test('messages are found however their bytes arrive', async () => {
  const [one, two] = [Buffer.of(11), Buffer.of(27, 1, 2)]
  const bytes = Buffer.concat([wireString(one), wireString(two)])
  expect(await framesOf(bytes)).toEqual([one, two])
  expect(await framesOf(...[...bytes].map((byte) => Buffer.of(byte)))).toEqual([one, two])
  expect(await framesOf(bytes.subarray(0, 6))).toEqual([one])
})

test.each([
  ['nothing', 0],
  ['too much', 16 * 1024 + 1],
  ['far too much', 0xffffffff],
])('a message of %s ends it', async (_what, length) => {
  await expect(framesOf(Buffer.concat([wireUint32(length), Buffer.of(11)]))).rejects.toThrow('a message of')
})

test('what our agent knows is read, and the rest is left', () => {
  expect(readAgentRequest(Buffer.of(11))).toEqual({ kind: 'list' })
  const data = Buffer.from('data')
  const sign = Buffer.concat([Buffer.of(13), wireString(blob), wireString(data), wireUint32(0)])
  expect(readAgentRequest(sign)).toEqual({ kind: 'sign', keyBlob: blob, data })
  const parts = [wireString('session-bind@openssh.com'), wireString(blob), wireString(sessionId), wireString(data)]
  expect(readAgentRequest(Buffer.concat([Buffer.of(27), ...parts, Buffer.of(1)]))).toEqual({
    kind: 'bind',
    binding: { hostKey: blob, sessionId, signature: data, isForwarding: true },
  })
  for (const type of [17, 18, 19, 22, 25, 255]) expect(readAgentRequest(Buffer.of(type, 1))).toEqual({ kind: 'other' })
  expect(readAgentRequest(Buffer.concat([Buffer.of(27), wireString('query')]))).toEqual({ kind: 'other' })
})

test.each([
  ['a list with more behind it', Buffer.of(11, 0)],
  ['a signature for no key', Buffer.of(13)],
  ['a key longer than its message', Buffer.concat([Buffer.of(13), wireUint32(1000), blob])],
  ['flags that are missing', Buffer.concat([Buffer.of(13), wireString(blob), wireString('data')])],
  ['an extension without a name', Buffer.of(27)],
])('%s makes no sense', (_what, frame) => expect(() => readAgentRequest(frame)).toThrow(/message/))

const auth = (parts: { method?: string; service?: string; type?: number; signs?: number; key?: string } = {}) =>
  Buffer.concat([
    wireString(sessionId),
    Buffer.of(parts.type ?? 50),
    wireString('git'),
    wireString(parts.service ?? 'ssh-connection'),
    wireString(parts.method ?? 'publickey'),
    Buffer.of(parts.signs ?? 1),
    wireString(parts.key ?? 'ssh-ed25519'),
    wireString(blob),
  ])

test('a sign-in is one, with the host key where that is signed too', () => {
  expect(readUserAuth(auth())).toEqual({ sessionId, user: 'git', keyBlob: blob, hostKey: null })
  const hostBound = Buffer.concat([auth({ method: 'publickey-hostbound-v00@openssh.com' }), wireString('host key')])
  expect(readUserAuth(hostBound)).toMatchObject({ hostKey: Buffer.from('host key') })
})

test.each([
  ['a commit', Buffer.from('SSHSIG\0\0\0\x03git')],
  ['nothing', Buffer.alloc(0)],
  ['more behind it', Buffer.concat([auth(), Buffer.of(0)])],
  ['another message', auth({ type: 51 })],
  ['another service', auth({ service: 'ssh-userauth' })],
  ['another method', auth({ method: 'hostbased' })],
  ['no signature', auth({ signs: 0 })],
  ['another kind of key', auth({ key: 'ssh-rsa' })],
  ['half of it', auth().subarray(0, 60)],
])('%s is no sign-in', (_what, data) => expect(readUserAuth(data)).toBeNull())

test('an agent without a key says so', () => {
  expect(identitiesAnswer(null).toString('hex')).toBe('000000050c00000000')
  const named = identitiesAnswer(`ssh-ed25519 ${blob.toString('base64')} my key`)
  expect(named.subarray(4)).toEqual(Buffer.concat([Buffer.of(12), wireUint32(1), wireString(blob), wireString('my')]))
})
