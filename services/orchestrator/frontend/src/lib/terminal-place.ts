import type { Environment, SharedSession } from '@craftastic/contract'

/** Where a terminal is: in an environment of one's own, or in a session that somebody else shares. */
export type TerminalPlace = { environment: Environment } | { shared: SharedSession }
