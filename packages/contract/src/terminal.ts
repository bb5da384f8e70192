/**
 * The terminal's WebSocket. Binary frames are bytes: output from the server, input to it. Text frames are the JSON
 * control messages below.
 */
import { z } from 'zod'
import { Id } from './common.ts'

/** A larger frame from a client ends the connection with 1009. */
export const maxFrameBytes = 64 * 1024

export const TerminalColumns = z.int().min(2).max(500)
export const TerminalRows = z.int().min(1).max(300)

/** Who views may watch only; whose mode is `edit` may type, too. */
export const TerminalMode = z.enum(['edit', 'view'])
export type TerminalMode = z.infer<typeof TerminalMode>

/** `environmentId` is accepted for older clients and must match when given. */
export const TerminalQuery = z.object({
  cols: z.coerce.number().pipe(TerminalColumns).default(80),
  rows: z.coerce.number().pipe(TerminalRows).default(24),
  environmentId: Id.optional(),
  /** `view` never types, never decides on the size and never starts a session that has ended. */
  mode: TerminalMode.default('edit'),
  /** Names the stream of input that goes on over several sockets: chosen at random by whoever types, one per page. */
  input: z
    .string()
    .regex(/^[A-Za-z0-9_-]{16,64}$/)
    .optional(),
})
export type TerminalQuery = z.infer<typeof TerminalQuery>

export const TerminalClientMessage = z.discriminatedUnion('type', [
  /** Input for clients that cannot send binary frames. */
  z.strictObject({ type: z.literal('input'), data: z.string() }),
  z.strictObject({ type: z.literal('resize'), cols: TerminalColumns, rows: TerminalRows }),
  /** How many bytes of output were consumed since the socket opened. The first one starts credit flow control. */
  z.strictObject({ type: z.literal('ack'), bytes: z.int().min(0) }),
])
export type TerminalClientMessage = z.infer<typeof TerminalClientMessage>

/** One attached page: a person with two browsers is two of them. */
export const TerminalWatcher = z.object({ id: Id, name: z.string(), mode: TerminalMode, self: z.boolean() })
export type TerminalWatcher = z.infer<typeof TerminalWatcher>

export const TerminalServerMessage = z.discriminatedUnion('type', [
  /**
   * The first message when the query names a stream of input: how many of its bytes were given to the session so far, on
   * whichever socket. What follows them is to be sent, again or at last. Under another `countId` than before somebody
   * else counts, who began with this stream at zero: a server that was restarted, or another one. What became of bytes
   * that were sent and not acknowledged cannot be told then.
   */
  z.object({ type: z.literal('resume'), countId: Id, bytes: z.int().min(0) }),
  /** The same count, whenever it has grown. */
  z.object({ type: z.literal('ack'), bytes: z.int().min(0) }),
  /** Attached: output follows. Sent again after each re-attach. */
  z.object({ type: z.literal('ready'), sessionId: Id, cols: TerminalColumns, rows: TerminalRows }),
  /** Everybody who is attached to the session through this server, whenever somebody comes or goes. */
  z.object({ type: z.literal('viewers'), viewers: z.array(TerminalWatcher) }),
  /** The session's program ended. The socket closes with 1000. */
  z.object({ type: z.literal('exit') }),
  /** With the code `read_only`, once: input was dropped because the mode is `view`. */
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
])
export type TerminalServerMessage = z.infer<typeof TerminalServerMessage>

/** WebSocket close codes of the terminal. Clients reconnect on every code that is not listed as final. */
export const terminalCloseCode = {
  sessionEnded: 1000,
  frameTooLarge: 1009,
  environmentUnreachable: 1011,
  serverRestarting: 1012,
  tooSlow: 1013,
  signInAgain: 4401,
  notAllowed: 4403,
  sessionMissing: 4404,
  /** Another socket carries on with the same stream of input. */
  replaced: 4409,
  environmentStopped: 4410,
} as const

/** After one of these a client must not reconnect by itself. */
export const finalTerminalCloseCodes: readonly number[] = [
  terminalCloseCode.sessionEnded,
  terminalCloseCode.frameTooLarge,
  terminalCloseCode.signInAgain,
  terminalCloseCode.notAllowed,
  terminalCloseCode.sessionMissing,
  terminalCloseCode.replaced,
  terminalCloseCode.environmentStopped,
]
