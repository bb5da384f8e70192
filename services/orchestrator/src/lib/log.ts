/** The part of pino that the domain uses; the composition root hands in the real one. */
import type { BaseLogger } from 'pino'

export type Log = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>
