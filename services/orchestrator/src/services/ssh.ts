/**
 * One SSH connection into one environment, multiplexed: a channel for each command and each terminal.
 *
 * The other end belongs to the user's code and is not trusted: the handshake has a deadline, the host key is pinned,
 * output that is read into memory is bounded, it is held to the windows of its channels (`ssh-flow.ts`), and channels that
 * it asks for are refused, but those of a forward. Closing a terminal channel hangs up its program; nothing stays behind in the container.
 */
import ssh2 from 'ssh2'
import type { Duplex, Writable } from 'node:stream'
import { endingWithChannel, shellCommand, withInput } from './shell-command.ts'
import { createSocketRoom, enforceWindows, type SocketRoom } from './ssh-flow.ts'
import { forwardPort, forwardSocket } from './ssh-forwards.ts'
import { isSameKey } from './ssh-keys.ts'
import { joinWrites, preparePackets } from './ssh-packets.ts'

const handshakeDeadlineMs = 15_000
const keepaliveIntervalMs = 15_000
const defaultCommandDeadlineMs = 15_000
const defaultMaxOutputBytes = 1024 * 1024

export type SshIdentity = { user: string; privateKey: string; hostPublicKey: string }

export type CommandOptions = {
  deadlineMs?: number
  maxOutputBytes?: number
  /** What more output than that does: fail, end the command with what there is, or be dropped while the command runs on. */
  onOverflow?: 'fail' | 'end' | 'drop'
  /** The command finds all of it on its standard input, and then the end. */
  input?: string | Uint8Array
  /** Takes standard output in place of the result, at its own pace. It is not ended. Its failure ends the command. */
  sink?: Writable
  /** Receives standard error as it arrives. */
  onStderr?: (chunk: Buffer) => void
  signal?: AbortSignal
}

export type CommandResult = {
  /** Null when a signal ended the command. */
  exitCode: number | null
  stdout: Buffer
  stderr: Buffer
  /** There was more output than was asked for. */
  overflowed: boolean
}

export type TerminalSize = { cols: number; rows: number }

/** A program that runs at the other end of a channel, without a terminal. The end of the channel ends its input. */
export interface CommandChannel {
  /** Bytes as the program wrote them; pausing it holds the channel's window. */
  readonly output: NodeJS.ReadableStream
  /** False when the caller should wait before it writes more. What is written while `isWritable` is false is dropped. */
  write(input: Buffer): boolean
  /** False once the program has ended or the channel is about to close, which may come some time before `onClose`. */
  readonly isWritable: boolean
  /** Taken by `write`, and not yet handed to the connection because the other end takes no more. */
  readonly unsentBytes: number
  /** Called whenever it may write again. */
  onDrain(listener: () => void): void
  /** Ends the program's input behind what was written. */
  end(): void
  /** Called once, when the program ended or the channel is gone. */
  onClose(listener: () => void): void
  close(): void
}

/** A program on a pseudo-terminal at the other end of a channel. */
export interface TerminalChannel extends CommandChannel {
  resize(size: TerminalSize): void
}

export interface SshConnection {
  run(command: readonly string[], options?: CommandOptions): Promise<CommandResult>
  openTerminal(command: readonly string[], size: TerminalSize): Promise<TerminalChannel>
  /** For a command that reads its input and ends with it. */
  openCommand(command: readonly string[]): Promise<CommandChannel>
  /**
   * Makes the other end listen on its loopback until the connection ends or the answered function is called. Rejects
   * with `SshFailure` when the port is taken or not allowed.
   */
  forwardIn(port: number, onStream: (stream: Duplex) => void): Promise<() => void>
  /** The same on a socket at `path`, in the place of one that may be there. Only the environment's user may connect. */
  forwardInSocket(path: string, onStream: (stream: Duplex) => void): Promise<() => void>
  readonly closed: boolean
  onClose(listener: () => void): void
  close(): void
}

/** The connection is gone, or a command did not keep its bounds. */
export class SshFailure extends Error {
  override name = 'SshFailure'
}

/** The connection broke under what ran on it; another one may succeed. */
export class SshConnectionLost extends SshFailure {
  override name = 'SshConnectionLost'
}

/** Connects over `stream`. Rejects with `SshFailure` when the handshake fails or the host key is another one. */
export async function openSshConnection(stream: Duplex, identity: SshIdentity): Promise<SshConnection> {
  const client = new ssh2.Client()
  const closeListeners = new Set<() => void>()
  let closed = false
  joinWrites(stream)
  preparePackets(client)
  client.on('close', () => {
    closed = true
    stream.destroy()
    for (const listener of closeListeners) listener()
  })

  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve)
    client.once('close', () => reject(new SshFailure('the connection was closed during the handshake')))
    // Stays for the connection's life: an error after the handshake is followed by `close`.
    client.on('error', (error) => reject(new SshFailure(error.message, { cause: error })))
    client.connect({
      sock: stream,
      username: identity.user,
      privateKey: identity.privateKey,
      hostVerifier: (key: Buffer) => isSameKey(key, identity.hostPublicKey),
      readyTimeout: handshakeDeadlineMs,
      keepaliveInterval: keepaliveIntervalMs,
      keepaliveCountMax: 3,
      algorithms: {
        kex: ['curve25519-sha256'],
        serverHostKey: ['ssh-ed25519'],
        // Done by Node's own crypto; the ChaCha20 of ssh2 is slower without its native part.
        cipher: ['aes128-gcm@openssh.com'],
        compress: ['none'],
      },
    })
    enforceWindows(client, stream)
  }).catch((error: unknown) => {
    client.destroy()
    stream.destroy()
    throw error
  })

  const room = createSocketRoom(stream)
  return {
    run: (command, options) => runCommand(client, command, options),
    openTerminal: (command, size) => openTerminalChannel(client, room, command, size),
    openCommand: (command) =>
      onChannel(client, shellCommand(command), {}, (channel, resolve) => resolve(toCommandChannel(channel, room))),
    forwardIn: (port, onStream) => forward(`port ${port}`, forwardPort(client, port, onStream)),
    forwardInSocket: (path, onStream) => forward(path, forwardSocket(client, path, onStream)),
    get closed() {
      return closed
    },
    onClose: (listener) => void closeListeners.add(listener),
    close: () => client.end(),
  }
}

function runCommand(
  client: ssh2.Client,
  command: readonly string[],
  {
    deadlineMs = defaultCommandDeadlineMs,
    maxOutputBytes = defaultMaxOutputBytes,
    onOverflow = 'fail',
    input = '',
    sink,
    onStderr,
    signal,
  }: CommandOptions = {},
): Promise<CommandResult> {
  if (signal?.aborted) return Promise.reject(new SshFailure('cancelled'))
  const bytes = Buffer.from(input)
  const line = shellCommand(bytes.length === 0 ? endingWithChannel(command) : withInput(bytes.length, command))
  return onChannel(client, line, {}, (channel, resolve, reject) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let outputBytes = 0
    let overflowed = false
    let exit: { code: number | null } | null = null
    const settle = (failure: SshFailure | null) => {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', cancel)
      channel.close()
      if (failure !== null) reject(failure)
      else if (exit === null) reject(new SshConnectionLost('the connection was cut'))
      else resolve({ exitCode: exit.code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), overflowed })
    }
    const cancel = () => settle(new SshFailure('cancelled'))
    const deadline = setTimeout(() => settle(new SshFailure(`no end after ${deadlineMs / 1000} s`)), deadlineMs)
    signal?.addEventListener('abort', cancel, { once: true })
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      if (overflowed) return
      into.push(chunk.subarray(0, maxOutputBytes - outputBytes))
      outputBytes += chunk.length
      overflowed = outputBytes > maxOutputBytes
      if (!overflowed || onOverflow === 'drop') return
      exit ??= { code: null }
      settle(onOverflow === 'end' ? null : new SshFailure(`more than ${maxOutputBytes} bytes of output`))
    }
    if (sink === undefined) channel.on('data', collect(stdout))
    else {
      sink.once('error', (cause: Error) => settle(new SshFailure(cause.message, { cause })))
      channel.pipe(sink, { end: false })
    }
    channel.stderr.on('data', onStderr ?? collect(stderr))
    channel.on('exit', (code: number | null) => (exit = { code }))
    channel.on('error', (cause: Error) => settle(new SshFailure(cause.message, { cause })))
    channel.on('close', () => settle(null))
    if (bytes.length > 0) channel.write(bytes)
  })
}

function openTerminalChannel(
  client: ssh2.Client,
  room: SocketRoom,
  command: readonly string[],
  { cols, rows }: TerminalSize,
): Promise<TerminalChannel> {
  const pty = { term: 'xterm-256color', cols, rows, width: 0, height: 0 }
  return onChannel(client, shellCommand(command), { pty }, (channel, resolve) => {
    const resize = (size: TerminalSize) => void channel.setWindow(size.rows, size.cols, 0, 0)
    resolve(Object.assign(toCommandChannel(channel, room), { resize }))
  })
}

/** The other end said no, or is gone. */
async function forward(what: string, begin: Promise<() => void>): Promise<() => void> {
  try {
    return await begin
  } catch (cause) {
    throw new SshFailure(`${what} cannot be forwarded`, { cause })
  }
}

function toCommandChannel(channel: ssh2.ClientChannel, room: SocketRoom): CommandChannel {
  let isClosed = false
  const closeListeners: (() => void)[] = []
  const drainListeners: (() => void)[] = []
  const tellDrained = () => {
    if (isClosed || channel.writableNeedDrain) return
    // What the channel had kept back may have filled the socket just now.
    if (room.isFull) return room.whenFree(tellDrained)
    for (const listener of drainListeners) listener()
  }
  channel.on('drain', tellDrained)
  channel.on('error', () => channel.close())
  channel.on('close', () => {
    isClosed = true
    for (const listener of closeListeners) listener()
  })
  channel.stderr.resume()
  return {
    output: channel,
    write: (bytes) => {
      const takesMore = channel.writable && channel.write(bytes)
      if (room.isFull) room.whenFree(tellDrained)
      return takesMore && !room.isFull
    },
    get isWritable() {
      return channel.writable
    },
    get unsentBytes() {
      return channel.writableLength
    },
    onDrain: (listener) => void drainListeners.push(listener),
    end: () => void channel.end(),
    onClose: (listener) => {
      if (isClosed) listener()
      else closeListeners.push(listener)
    },
    close: () => {
      // The close is confirmed only after all pending output was read.
      channel.resume()
      channel.close()
    },
  }
}

type UseChannel<T> = (
  channel: ssh2.ClientChannel,
  resolve: (value: T) => void,
  reject: (failure: SshFailure) => void,
) => void

/**
 * Opens a channel and hands it to `use` in the same turn of the event loop: a short command's exit status may lie in
 * the packet that opens its channel, and events that nobody listens to yet are lost.
 */
function onChannel<T>(client: ssh2.Client, line: string, options: ssh2.ExecOptions, use: UseChannel<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const lost = (cause: unknown) => reject(new SshConnectionLost('the connection gave no channel', { cause }))
    try {
      client.exec(line, options, (error, channel) => {
        if (error === undefined) use(channel, resolve, reject)
        else if (isRefusedChannel(error))
          reject(new SshFailure('the environment allows no more channels', { cause: error }))
        else lost(error)
      })
    } catch (error) {
      lost(error)
    }
  })
}

/** The other end answered and said no (RFC 4254, section 5.1). */
function isRefusedChannel(error: Error): boolean {
  return 'reason' in error && typeof error.reason === 'number'
}
