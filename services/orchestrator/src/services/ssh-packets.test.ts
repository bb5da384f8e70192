import { KeyObject } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSshKeyPair } from './ssh-keys.ts'
import { joinWrites, prepareKeys } from './ssh-packets.ts'

const { privateKey } = generateSshKeyPair('test')
const server = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => {
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

test('the ciphers of a connection have prepared keys, and what they carry arrives', async () => {
  const { port } = server.address() as AddressInfo
  const client = new ssh2.Client()
  prepareKeys(client)
  const stream = connect(port, '127.0.0.1')
  joinWrites(stream)
  await new Promise<void>((ready, failed) => {
    client.once('ready', ready).once('error', failed)
    client.connect({ sock: stream, username: 'dev', algorithms: { cipher: ['aes128-gcm@openssh.com'] } })
  })
  const protocol: unknown = Reflect.get(client, '_protocol')
  expect(protocol).toMatchObject({
    _cipher: { _encKey: expect.any(KeyObject) },
    _decipher: { _decipherKey: expect.any(KeyObject) },
  })
  const echoed = await new Promise<string>((resolve, reject) => {
    client.exec('cat', (error, channel) => {
      if (error !== undefined) return reject(error)
      channel.once('data', (bytes: Buffer) => resolve(bytes.toString()))
      channel.write('there and back')
    })
  })
  expect(echoed).toBe('there and back')
  client.end()
})
