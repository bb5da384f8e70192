/**
 * The log: JSON lines, or readable ones on a developer's terminal. Credentials are removed here, in one place, and text
 * from outside is cut, so that nobody can flood or forge the log with a long or crafted request.
 */
import { pino, stdSerializers, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import { PinoPretty as pretty } from 'pino-pretty'
import type { Config } from '../config.ts'

const maxTextLength = 256

/** Names whose values never belong in a log, wherever they turn up to three levels deep. */
const secretNames = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
]
const paths = ['', '*.', '*.*.'].flatMap((prefix) =>
  secretNames.map((name) => (name.includes('-') ? `${prefix.replace(/\.$/, '')}["${name}"]` : `${prefix}${name}`)),
)

/** @param destination Where lines go; stdout by default. */
export function createLogger(config: Pick<Config, 'logLevel' | 'nodeEnv'>, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level: config.logLevel,
    redact: { paths, censor: '[removed]' },
    serializers: { req: describeRequest, err: describeError },
  }
  const isReadable = config.nodeEnv === 'development' && process.stdout.isTTY
  // Synchronous, so that the last lines of a process that ends are written.
  const readable = () => pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true })
  return pino(options, destination ?? (isReadable ? readable() : pino.destination({ fd: 1, sync: true })))
}

/** Method, path and address; of the query only what is not a token. */
function describeRequest(request: { method?: string; url?: string; ip?: string }) {
  return { method: request.method, url: cleanText(request.url ?? '').slice(0, maxTextLength), ip: request.ip }
}

function describeError(error: Error) {
  const { type, message, stack, ...rest } = stdSerializers.err(error)
  return { ...rest, type, message: cleanText(message), stack: cleanText(stack) }
}

/** Removes user names and passwords from URLs, tokens from queries, and control characters but line breaks. */
export function cleanText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1[removed]@')
    .replace(/([?&](?:[a-z_-]*token|code|secret)=)[^&#\s]*/gi, '$1[removed]')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '�')
}
