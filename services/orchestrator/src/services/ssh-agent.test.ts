import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { serveAgent, type SignIn } from './ssh-agent.ts'
import { generateSshKeyPair, signWithKey } from './ssh-keys.ts'
import { wireString, wireUint32 } from './ssh-wire.ts'

const blobOf = (publicKey: string) => Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
const key = generateSshKeyPair('mine')
const keyBlob = blobOf(key.publicKey)
const host = generateSshKeyPair('host')
const hostKey = blobOf(host.publicKey)
const sessionId = Buffer.alloc(32, 1)
const [list, failure, success] = [Buffer.of(11), '05', '06']

/** Sends these messages; answers what came back in hex, one text for each message, and what was signed. */
async function ask(...messages: Buffer[]): Promise<{ answers: string[]; signIns: SignIn[] }> {
  const [client, agent] = duplexPair()
  const signIns: SignIn[] = []
  const served = serveAgent(agent, {
    findPublicKey: async () => key.publicKey,
    sign: async (_blob, data, signIn) => {
      signIns.push(signIn)
      return signWithKey(key.privateKey, data)
    },
  }).catch(() => {})
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => chunks.push(chunk))
  client.end(Buffer.concat(messages.map((message) => wireString(message))))
  await Promise.all([served, once(client, 'end')])
  let said = Buffer.concat(chunks)
  const answers: string[] = []
  while (said.length > 0) {
    const end = 4 + said.readUInt32BE()
    answers.push(said.subarray(4, end).toString('hex'))
    said = said.subarray(end)
  }
  return { answers, signIns }
}

function bind({ forwarding = 0, session = sessionId, by = host.privateKey } = {}): Buffer {
  const parts = [wireString('session-bind@openssh.com'), wireString(hostKey), wireString(session)]
  return Buffer.concat([Buffer.of(27), ...parts, wireString(signWithKey(by, session)), Buffer.of(forwarding)])
}

function signIn({ session = sessionId, boundTo }: { session?: Buffer; boundTo?: Buffer } = {}): Buffer {
  const method = boundTo === undefined ? 'publickey' : 'publickey-hostbound-v00@openssh.com'
  const texts = [wireString('git'), wireString('ssh-connection'), wireString(method)]
  const whose = [Buffer.of(1), wireString('ssh-ed25519'), wireString(keyBlob)]
  const data = Buffer.concat([
    wireString(session),
    Buffer.of(50),
    ...texts,
    ...whose,
    ...(boundTo ? [wireString(boundTo)] : []),
  ])
  return Buffer.concat([Buffer.of(13), wireString(keyBlob), wireString(data), wireUint32(0)])
}

test('it lists its key, and signs in where the host has proven itself', async () => {
  const { answers, signIns } = await ask(bind(), list, signIn(), signIn({ boundTo: hostKey }))
  expect(answers[0]).toBe(success)
  expect(answers[1]).toBe(
    Buffer.concat([Buffer.of(12), wireUint32(1), wireString(keyBlob), wireString('mine')]).toString('hex'),
  )
  expect(answers.slice(2).map((answer) => answer.slice(0, 2))).toEqual(['0e', '0e'])
  expect(signIns).toEqual([
    { user: 'git', hostKey },
    { user: 'git', hostKey },
  ])
})

test.each<[string, Buffer[]]>([
  ['before a host has proven itself', [signIn()]],
  ['when another one has signed', [bind({ by: key.privateKey }), signIn()]],
  ['for another session', [bind(), signIn({ session: Buffer.alloc(32, 2) })]],
  ['for another host', [bind(), signIn({ boundTo: keyBlob })]],
  ['on a machine that it is lent to', [bind({ forwarding: 1 }), signIn()]],
  [
    'from a machine that it is lent to',
    [bind({ forwarding: 1 }), bind({ session: Buffer.alloc(32, 2) }), signIn({ session: Buffer.alloc(32, 2) })],
  ],
  [
    'for anything that is no sign-in',
    [bind(), Buffer.concat([Buffer.of(13), wireString(keyBlob), wireString('SSHSIG'), wireUint32(0)])],
  ],
])('it does not sign %s', async (_when, messages) => {
  const { answers, signIns } = await ask(...messages)
  expect(answers.at(-1)).toBe(failure)
  expect(signIns).toEqual([])
})

test('what it does not know is refused, and what makes no sense is the end', async () => {
  const { answers } = await ask(Buffer.of(17, 1), Buffer.of(19), list, Buffer.of(13), list)
  expect(answers.map((answer) => answer.slice(0, 2))).toEqual([failure, failure, '0c'])
})

test('nobody asks without end', async () => {
  const { answers } = await ask(...Array.from({ length: 100 }, () => list))
  expect(answers).toHaveLength(32)
})
