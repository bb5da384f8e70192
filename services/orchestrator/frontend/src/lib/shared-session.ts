/** Sessions that others share with the signed-in user. */
import type { SharedSession, TerminalMode } from '@craftastic/contract'

export const sharedPath = ({ id }: Pick<SharedSession, 'id'>) => `/shared/${id}`

/** The whole address, to be handed to somebody it is shared with. */
export const sharedLink = (session: Pick<SharedSession, 'id'>) =>
  new URL(sharedPath(session), window.location.href).href

/** What a mode allows. */
export const modeWords: Record<TerminalMode, string> = { view: 'May watch', edit: 'May type' }
