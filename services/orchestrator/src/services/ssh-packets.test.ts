import { KeyObject } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateSshKeyPair } from './ssh-keys.ts'
import { joinWrites, preparePackets } from './ssh-packets.ts'

const { privateKey } = generateSshKeyPair('test')
let newest: ssh2.Connection | undefined
const server = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => {
  newest = connection
  connection.on('authentication', (attempt) => attempt.accept())
  connection.on('session', (accept) => {
    accept().on('exec', (acceptCommand) => {
      const channel = acceptCommand()
      channel.on('data', (bytes: Buffer) => channel.write(bytes))
    })
  })
  connection.on('error', () => {})
})
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)))
afterAll(() => new Promise<void>((closed) => server.close(() => closed())))

test('what is written in one turn leaves as one, and in order', async () => {
  const left: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      left.push(chunk.toString())
      done()
    },
    writev(chunks, done) {
      left.push(chunks.map(({ chunk }) => String(chunk)).join(''))
      done()
    },
  })
  joinWrites(stream)
  for (const part of ['length', '+packet', '+tag']) stream.write(Buffer.from(part))
  await new Promise(setImmediate)
  stream.write(Buffer.from('next turn'))
  await new Promise(setImmediate)
  expect(left).toEqual(['length+packet+tag', 'next turn'])
})

describe('a connection with prepared packets', () => {
  let client: ssh2.Client
  const written: number[] = []
  beforeAll(async () => {
    const { port } = server.address() as AddressInfo
    client = new ssh2.Client()
    preparePackets(client)
    const stream = connect(port, '127.0.0.1')
    const write = stream.write.bind(stream)
    stream.write = (bytes: Buffer) => {
      written.push(bytes.length)
      return write(bytes)
    }
    await new Promise<void>((ready, failed) => {
      client.once('ready', ready).once('error', failed)
      client.connect({ sock: stream, username: 'dev', algorithms: { cipher: ['aes128-gcm@openssh.com'] } })
    })
  })
  afterAll(() => client.end())

  const open = () =>
    new Promise<ssh2.ClientChannel>((resolve, reject) => {
      client.exec('cat', (error, channel) => (error === undefined ? resolve(channel) : reject(error)))
    })

  test('has keys in the form that ciphers use', () => {
    const protocol: unknown = Reflect.get(client, '_protocol')
    expect(protocol).toMatchObject({
      _cipher: { _encKey: expect.any(KeyObject) },
      _decipher: { _decipherKey: expect.any(KeyObject) },
    })
  })

  test('writes a keystroke once, padded to whole blocks', async () => {
    const channel = await open()
    written.length = 0
    const echoed = new Promise((resolve) => channel.once('data', resolve))
    channel.write('a')
    await echoed
    // Its length, one block of padding length, message and padding, and the tag.
    expect(written).toEqual([4 + 16 + 16])
    channel.close()
  })

  test('carries packets of every length there and back, past the end of the random store', async () => {
    const channel = await open()
    const sent = Array.from({ length: 600 }, (_, length) => Buffer.alloc(length + 1, length))
    const expected = Buffer.concat(sent)
    const received: Buffer[] = []
    const all = new Promise<void>((resolve) => {
      channel.on('data', (bytes: Buffer) => {
        received.push(bytes)
        if (received.reduce((sum, { length }) => sum + length, 0) === expected.length) resolve()
      })
    })
    for (const bytes of sent) channel.write(bytes)
    await all
    expect(Buffer.concat(received).equals(expected)).toBe(true)
    channel.close()
  })

  test('goes on with new keys, with what was written meanwhile', async () => {
    const channel = await open()
    let received = ''
    channel.on('data', (bytes: Buffer) => (received += bytes.toString()))
    const rekeyed = new Promise((resolve) => client.once('handshake', resolve))
    newest?.rekey()
    const state = { isOver: false }
    void rekeyed.then(() => (state.isOver = true))
    let written = ''
    for (let index = 0; !state.isOver || index < 200; index++) {
      written += `${index} `
      channel.write(`${index} `)
      await new Promise(setImmediate)
    }
    await expect.poll(() => received).toBe(written)
    channel.close()
  })
})
