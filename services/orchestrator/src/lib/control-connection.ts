/** One control connection to tmux in one environment, opened again after it ended, for as long as it is kept. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandChannel } from '../services/ssh.ts'
import { controlCommand, type TmuxSession } from '../services/tmux.ts'
import { createControlReader, subscribeLine } from '../services/tmux-control.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import type { Log } from './log.ts'

/** Before the next attempt, longer after each one that did not last. */
const delaysMs = [500, 1_000, 2_000, 5_000, 15_000, 30_000]
/** Between two looks: tmux tells of changes once a second, and whoever tells more often waits. */
const lookIntervalMs = 250
/** One that lasted this long was no failure. */
const steadyMs = 10_000

export type ControlConnectionOptions = {
  environmentId: string
  reach: EnvironmentReach
  /**
   * Called with all sessions, at first and after each change, and not again before it has resolved. Of what was told
   * meanwhile the latest counts.
   */
  onSessions(sessions: TmuxSession[]): Promise<void>
  log: Log
}

export interface ControlConnection {
  readonly isOpen: boolean
  /** There may be sessions now: without any, tmux takes no control connection. */
  nudge(): void
  close(): void
}

export function keepControlConnection(options: ControlConnectionOptions): ControlConnection {
  const { environmentId, reach, onSessions, log } = options
  const ended = new AbortController()
  let resting = new AbortController()
  let channel: CommandChannel | null = null
  let failures = 0
  void keep()

  return {
    get isOpen() {
      return channel !== null
    },
    nudge: () => {
      failures = 0
      resting.abort()
    },
    close: () => {
      ended.abort()
      channel?.close()
    },
  }

  async function keep(): Promise<void> {
    while (!ended.signal.aborted) {
      const beganAt = performance.now()
      await follow().catch((error: unknown) => log.debug({ err: error, environmentId }, 'no control connection'))
      failures = performance.now() - beganAt > steadyMs ? 0 : failures + 1
      resting = new AbortController()
      const delayMs = delaysMs[Math.min(failures, delaysMs.length) - 1] ?? delaysMs[0]
      const signal = AbortSignal.any([ended.signal, resting.signal])
      await sleep(delayMs, null, { signal, ref: false }).catch(() => {})
    }
  }

  /** Resolves when it has ended. */
  async function follow(): Promise<void> {
    const opened = await reach.inside(environmentId, (ssh) => ssh.openCommand(controlCommand))
    if (ended.signal.aborted) return opened.close()
    channel = opened
    let latest: TmuxSession[] | null = null
    let isTaking = false
    const read = createControlReader({
      onSessions: (sessions) => (latest = sessions),
      onEnd: (reason) => {
        log.debug({ environmentId, reason }, 'a control connection is of no use any more')
        opened.close()
      },
    })
    opened.output.on('data', (chunk: Buffer) => {
      read(chunk)
      if (latest !== null && !isTaking) void takeLatest()
    })
    // Not read meanwhile: what is inside may tell without end.
    const takeLatest = async () => {
      isTaking = true
      opened.output.pause()
      for (let sessions = latest; sessions !== null; sessions = latest) {
        latest = null
        await onSessions(sessions)
        await sleep(lookIntervalMs, null, { signal: ended.signal, ref: false }).catch(() => {})
      }
      isTaking = false
      opened.output.resume()
    }
    opened.write(Buffer.from(subscribeLine))
    await new Promise<void>((resolve) => opened.onClose(resolve))
    channel = null
  }
}
