/** What is compared: ways from this process to one tmux session, all doing the same work at 120×40. */
import type { Session } from '@craftastic/contract'

export const size = { cols: 120, rows: 40 }

export interface PeerTerminal {
  write(input: string): void
  /** One listener at a time; the next one takes its place. */
  listen(listener: (chunk: Buffer) => void): void
  close(): void
}

export type Peer = {
  name: string
  /** Resolves when the way stands; the redraw follows as output. */
  open(session: Session): Promise<PeerTerminal>
}

/** Resolves once `mark` has come out. */
export function waitForOutput(terminal: PeerTerminal, mark: string): Promise<void> {
  return new Promise((resolve) => {
    let tail = ''
    terminal.listen((chunk) => {
      tail = (tail + chunk.toString('latin1')).slice(-4096)
      if (!tail.includes(mark)) return
      terminal.listen(() => {})
      resolve()
    })
  })
}

/** tmux inside an environment, as the server calls it. */
export const tmux = ['tmux', '-u', '-S', '/run/craftastic/tmux.sock', '-f', '/run/craftastic/tmux.conf']
