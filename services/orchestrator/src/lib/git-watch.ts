/**
 * Tells who follows events that a working tree changed. One loop for each working tree looks, inside its container
 * (`services/git-watch-loop.ts`), for as long as somebody has asked for it within `gitWatchSeconds`, however many tabs show
 * it. What it tells is kept nowhere; with two servers each has a loop of its own. A loop is neither a terminal nor work of
 * the user: it does not keep an environment awake.
 */
import { gitWatchSeconds, type GitEvent } from '@craftastic/contract'
import type { CommandChannel } from '../services/ssh.ts'
import { openGitWatchLoop } from '../services/git-watch-loop.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import type { EventFeed } from './event-feed.ts'
import { nameGitTree, type GitTree } from './git-tree.ts'
import type { Log } from './log.ts'

/** Before a loop that ended by itself begins again. */
const restMs = 2_000

/** `environmentId` null: all environments of the user. */
export type GitWatchScope = { userId: string; environmentId: string | null }
type Listener = (event: GitEvent) => void
type Watched = {
  tree: GitTree
  userId: string
  channel: CommandChannel | null
  isEnded: boolean
  timer: NodeJS.Timeout | undefined
}

export type GitWatchOptions = { reach: EnvironmentReach; feed: EventFeed; log: Log; watchMs?: number | undefined }
export type GitWatch = ReturnType<typeof createGitWatch>

export function createGitWatch({ reach, feed, log, watchMs = gitWatchSeconds * 1000 }: GitWatchOptions) {
  const listeners = new Map<Listener, GitWatchScope>()
  const watched = new Map<string, Watched>()
  let isClosed = false

  const unsubscribe = feed.subscribe(({ event }) => {
    if (event.type !== 'status' || event.environment?.status === 'running') return
    for (const entry of [...watched.values()]) if (entry.tree.environmentId === event.environmentId) end(entry)
  })

  return {
    /** Watches for another `watchMs`. */
    begin(tree: GitTree, userId: string): void {
      if (isClosed) return
      const known = watched.get(nameGitTree(tree))
      if (known !== undefined) {
        clearTimeout(known.timer)
        known.timer = endLater(known)
        return
      }
      const entry: Watched = { tree, userId, channel: null, isEnded: false, timer: undefined }
      entry.timer = endLater(entry)
      watched.set(nameGitTree(tree), entry)
      void follow(entry)
    },

    tell,

    /** Answers how to end it. */
    listen(scope: GitWatchScope, listener: Listener): () => void {
      listeners.set(listener, scope)
      return () => void listeners.delete(listener)
    },

    countOpen: () => [...watched.values()].filter(({ channel }) => channel !== null).length,

    close(): void {
      isClosed = true
      unsubscribe()
      for (const entry of [...watched.values()]) end(entry)
    },
  }

  function tell(environmentId: string, userId: string): void {
    for (const [listener, scope] of listeners) {
      const isMeant = scope.environmentId === null || scope.environmentId === environmentId
      if (scope.userId === userId && isMeant) listener({ type: 'git', environmentId })
    }
  }

  function endLater(entry: Watched): NodeJS.Timeout {
    return setTimeout(() => end(entry), watchMs).unref()
  }

  function end(entry: Watched): void {
    watched.delete(nameGitTree(entry.tree))
    clearTimeout(entry.timer)
    entry.isEnded = true
    entry.channel?.close()
  }

  /** Until it is ended. */
  async function follow(entry: Watched): Promise<void> {
    const { environmentId, directory } = entry.tree
    try {
      const channel = await reach.inside(environmentId, (ssh) => openGitWatchLoop(ssh, directory))
      channel.output.on('data', () => tell(environmentId, entry.userId))
      entry.channel = channel
      channel.onClose(() => {
        entry.channel = null
        again(entry)
      })
      if (entry.isEnded) channel.close()
    } catch (error) {
      log.debug({ err: error, environmentId }, 'a working tree could not be watched')
      again(entry)
    }
  }

  function again(entry: Watched): void {
    if (entry.isEnded) return
    setTimeout(() => {
      if (!entry.isEnded) void follow(entry)
    }, restMs).unref()
  }
}
