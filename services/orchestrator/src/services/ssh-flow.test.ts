/** An sshd that does not keep to the flow control of SSH. */
import { connect, Socket, type AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSshKeyPair } from './ssh-keys.ts'
import { openSshConnection } from './ssh.ts'

const mebibyte = 1024 * 1024
const host = generateSshKeyPair('host')
const user = generateSshKeyPair('user')

/** What it does with each command; `channel` is its end. */
let misbehave: (channel: ssh2.ServerChannel, connection: ssh2.Connection) => void = () => {}
const connections = new Set<ssh2.Connection>()
const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
  connections.add(connection)
  connection.on('authentication', (attempt) => attempt.accept())
  connection.on('session', (accept) => {
    const session = accept()
    session.on('pty', (acceptTerminal) => acceptTerminal())
    session.on('exec', (acceptCommand) => misbehave(acceptCommand(), connection))
  })
  connection.on('error', () => {})
})
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)))
afterAll(async () => {
  for (const connection of connections) socketOf(connection).destroy()
  await new Promise<void>((closed) => server.close(() => closed()))
})

async function openConnection() {
  const { port } = server.address() as AddressInfo
  const stream = connect(port, '127.0.0.1')
  const identity = { user: 'dev', privateKey: user.privateKey, hostPublicKey: host.publicKey }
  return { stream, ssh: await openSshConnection(stream, identity) }
}

function socketOf(connection: ssh2.Connection): Socket {
  const socket: unknown = Reflect.get(connection, '_sock')
  if (!(socket instanceof Socket)) throw new TypeError('ssh2 keeps its socket in another place')
  return socket
}

/** The window that this end of a channel believes to have. */
function setWindow(channel: ssh2.ServerChannel, bytes: number): void {
  const outgoing: unknown = Reflect.get(channel, 'outgoing')
  if (typeof outgoing === 'object' && outgoing !== null) Reflect.set(outgoing, 'window', bytes)
}

function grantWindow(channel: ssh2.ServerChannel, connection: ssh2.Connection, bytes: number): void {
  const protocol: unknown = Reflect.get(connection, '_protocol')
  const outgoing: unknown = Reflect.get(channel, 'outgoing')
  if (typeof protocol !== 'object' || protocol === null || typeof outgoing !== 'object' || outgoing === null) return
  const grant: unknown = Reflect.get(protocol, 'channelWindowAdjust')
  if (typeof grant === 'function') Reflect.apply(grant, protocol, [Reflect.get(outgoing, 'id'), bytes])
}

test('who sends more than a channel that is not read has room for loses the connection', async () => {
  misbehave = (channel) => {
    setWindow(channel, Infinity)
    for (let sent = 0; sent < 32 * mebibyte; sent += mebibyte) channel.write(Buffer.alloc(mebibyte))
  }
  const { ssh } = await openConnection()
  const channel = await ssh.openCommand(['cat'])
  channel.output.pause()
  await expect.poll(() => ssh.closed, { timeout: 10_000 }).toBe(true)
  expect(Reflect.get(channel.output, 'readableLength')).toBeLessThan(4 * mebibyte)
})

test('who keeps to the window keeps the connection, and what was sent arrives once it is read', async () => {
  misbehave = (channel) => {
    for (let sent = 0; sent < 8 * mebibyte; sent += mebibyte) channel.write(Buffer.alloc(mebibyte))
    channel.end()
  }
  const { ssh } = await openConnection()
  const channel = await ssh.openCommand(['cat'])
  channel.output.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  let bytes = 0
  channel.output.on('data', (chunk: Buffer) => (bytes += chunk.length))
  channel.output.resume()
  await expect.poll(() => bytes, { timeout: 10_000 }).toBe(8 * mebibyte)
  expect(ssh.closed).toBe(false)
  ssh.close()
})

test('a huge window of who reads nothing holds up the writer, who is told when it goes on', async () => {
  let goOn = () => {}
  misbehave = (channel, connection) => {
    grantWindow(channel, connection, 0x7fffffff)
    // Not before the answer to the command has left.
    setTimeout(() => socketOf(connection).pause(), 20)
    goOn = () => {
      channel.resume()
      socketOf(connection).resume()
    }
  }
  const { ssh, stream } = await openConnection()
  const channel = await ssh.openCommand(['cat'])
  let isDrained = false
  channel.onDrain(() => (isDrained = true))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const frame = Buffer.alloc(64 * 1024)
  // As `services/terminal.ts` does: on, until it is told to wait.
  let written = 0
  while (channel.write(frame) && written < 64 * mebibyte) {
    written += frame.length
    await new Promise(setImmediate)
  }
  expect(written).toBeLessThan(32 * mebibyte)
  expect(stream.writableLength).toBeLessThan(4 * mebibyte)
  expect(isDrained).toBe(false)
  goOn()
  await expect.poll(() => isDrained, { timeout: 10_000 }).toBe(true)
  expect(channel.write(frame)).toBe(true)
  ssh.close()
})

test('who goes on granting windows and reads nothing loses the connection', async () => {
  misbehave = (channel, connection) => {
    const timer = setInterval(() => grantWindow(channel, connection, 0x7fffffff), 20)
    connection.on('close', () => clearInterval(timer))
    socketOf(connection).pause()
  }
  const { ssh, stream } = await openConnection()
  const channel = await ssh.openCommand(['cat'])
  for (let written = 0; written < 200 && !ssh.closed; written++) {
    channel.write(Buffer.alloc(mebibyte))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await expect.poll(() => ssh.closed, { timeout: 10_000 }).toBe(true)
  expect(stream.writableLength).toBeLessThan(128 * mebibyte)
})

test('a terminal tells what it could not send yet, and that its program takes no more', async () => {
  let end = () => {}
  misbehave = (channel) => {
    // Without a listener nothing is read, and no further window granted.
    channel.pause()
    end = () => {
      channel.write('last words')
      channel.exit(0)
      channel.close()
    }
  }
  const { ssh } = await openConnection()
  const terminal = await ssh.openTerminal(['cat'], { cols: 80, rows: 24 })
  terminal.output.pause()
  expect([terminal.isWritable, terminal.unsentBytes]).toEqual([true, 0])
  terminal.write(Buffer.alloc(4 * mebibyte))
  await expect.poll(() => terminal.unsentBytes).toBeGreaterThan(mebibyte)

  let isClosed = false
  terminal.onClose(() => (isClosed = true))
  end()
  await expect.poll(() => terminal.isWritable, { timeout: 10_000 }).toBe(false)
  expect(isClosed).toBe(false)
  terminal.output.resume()
  await expect.poll(() => isClosed).toBe(true)
  ssh.close()
})
