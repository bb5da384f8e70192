/**
 * The verbs on the repository of an environment. Git runs inside its container; what changes the working tree does so in
 * turn, and a caller who goes away does not cut it short: half a pull helps nobody.
 */
import type {
  CheckoutGit,
  CreateGitCommit,
  CreateGitStash,
  DiscardGit,
  FetchGit,
  GitBranchList,
  GitCommitted,
  GitDiff,
  GitDiffQuery,
  GitDiscarded,
  GitDiscardList,
  GitDone,
  GitLog,
  GitLogQuery,
  GitStashList,
  GitStatus,
  GitTreeQuery,
  GitUnsaved,
  PullGit,
  PushGit,
  RestoreGitDiscard,
  SettleGitOperation,
  StageGit,
  UseGitStash,
  WatchGit,
} from '@craftastic/contract'
import { listGitBranches } from '../services/git-branches.ts'
import { checkout, settleGitWork } from '../services/git-checkout.ts'
import { commit } from '../services/git-commit.ts'
import { readGitDiff } from '../services/git-diff.ts'
import { discardFiles, discardPatch } from '../services/git-discard.ts'
import { requireRepository } from '../services/git-head.ts'
import { stage, unstage } from '../services/git-index.ts'
import { listGitDiscards } from '../services/git-kept.ts'
import { readGitLog } from '../services/git-log.ts'
import { fetch, fetchForPull, integrate, push } from '../services/git-remote.ts'
import { restoreGitDiscard } from '../services/git-restore.ts'
import { createGitStash, listGitStashes, useGitStash } from '../services/git-stash.ts'
import { readGitStatus } from '../services/git-status.ts'
import { readGitUnsaved } from '../services/git-unsaved.ts'
import type { SshConnection } from '../services/ssh.ts'
import { inTree } from '../services/working-tree.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { onlyOnce, toGitProblem } from './git-problems.ts'
import { nameGitTree, requireGitTree, type GitTree } from './git-tree.ts'
import { createGitTurns } from './git-turns.ts'
import type { GitWatch } from './git-watch.ts'
import { createSharedLooks } from './shared-looks.ts'

export type GitServiceOptions = { db: Database; reach: EnvironmentReach; gitWatch: GitWatch }
export type GitService = ReturnType<typeof createGitService>

type Work<T> = (ssh: SshConnection) => Promise<T>
type Target = { environmentId: string } & GitTreeQuery

export function createGitService({ db, reach, gitWatch }: GitServiceOptions) {
  const inTurn = createGitTurns()
  const lookAtStatus = createSharedLooks<GitStatus>()

  return {
    async getGitStatus(actor: UserActor, target: Target): Promise<GitStatus> {
      const tree = await requireGitTree(actor, target, db)
      return lookAtStatus(nameGitTree(tree), () => inside(tree, readGitStatus))
    },

    getGitDiff: (actor: UserActor, query: Target & GitDiffQuery): Promise<GitDiff> =>
      read(actor, query, (ssh) => readGitDiff(ssh, query)),

    getGitLog: (actor: UserActor, query: Target & GitLogQuery): Promise<GitLog> =>
      read(actor, query, (ssh) => readGitLog(ssh, query)),

    listGitBranches: async (actor: UserActor, target: Target): Promise<GitBranchList> => ({
      branches: await read(actor, target, listGitBranches),
    }),

    listGitStashes: async (actor: UserActor, target: Target): Promise<GitStashList> => ({
      stashes: await read(actor, target, listGitStashes),
    }),

    listGitDiscards: async (actor: UserActor, target: Target): Promise<GitDiscardList> => ({
      discards: await read(actor, target, listGitDiscards),
    }),

    getGitUnsaved: (actor: UserActor, environmentId: string): Promise<GitUnsaved> =>
      read(actor, { environmentId }, readGitUnsaved),

    async createGitCommit(actor: UserActor, input: CreateGitCommit): Promise<GitCommitted> {
      return { success: true, ...(await changeTree(actor, input, (ssh) => commit(ssh, input))) }
    },

    async pushGit(actor: UserActor, input: PushGit): Promise<GitDone> {
      return done(await change(actor, input, (ssh) => push(ssh, input)))
    },

    /** Only its second half needs the working tree for itself. */
    async pullGit(actor: UserActor, input: PullGit): Promise<GitDone> {
      const target = await change(actor, input, fetchForPull)
      return done(await changeTree(actor, input, (ssh) => integrate(ssh, target, input.rebase)))
    },

    async fetchGit(actor: UserActor, input: FetchGit): Promise<GitDone> {
      return done(await change(actor, input, fetch))
    },

    async stageGit(actor: UserActor, input: StageGit): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => stage(ssh, input)))
    },

    async unstageGit(actor: UserActor, input: StageGit): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => unstage(ssh, input)))
    },

    async discardGit(actor: UserActor, input: DiscardGit): Promise<GitDiscarded> {
      const { files = [], patch } = input
      const discarded = await changeTree(actor, input, (ssh) =>
        patch === undefined ? discardFiles(ssh, files) : discardPatch(ssh, patch),
      )
      return { success: true, ...discarded }
    },

    async restoreGitDiscard(actor: UserActor, input: RestoreGitDiscard): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => restoreGitDiscard(ssh, input.discard)))
    },

    async checkoutGit(actor: UserActor, input: CheckoutGit): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => checkout(ssh, input)))
    },

    async settleGitOperation(actor: UserActor, input: SettleGitOperation): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => settleGitWork(ssh, input.action)))
    },

    async createGitStash(actor: UserActor, input: CreateGitStash): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => createGitStash(ssh, input.message)))
    },

    async useGitStash(actor: UserActor, input: UseGitStash): Promise<GitDone> {
      return done(await changeTree(actor, input, (ssh) => useGitStash(ssh, input.stash, input.action)))
    },

    async watchGit(actor: UserActor, input: WatchGit): Promise<void> {
      gitWatch.begin(await requireGitTree(actor, input, db), actor.userId)
    },
  }

  async function read<T>(actor: UserActor, target: Target, work: Work<T>): Promise<T> {
    return inside(await requireGitTree(actor, target, db), work)
  }

  async function change<T>(actor: UserActor, target: Target, work: Work<T>): Promise<T> {
    return changeInside(actor, await requireGitTree(actor, target, db), work)
  }

  async function changeTree<T>(actor: UserActor, target: Target, work: Work<T>): Promise<T> {
    const tree = await requireGitTree(actor, target, db)
    return inTurn(nameGitTree(tree), () => changeInside(actor, tree, work))
  }

  /** Whoever looks on is told, a failure too: it may have done something. */
  async function changeInside<T>(actor: UserActor, tree: GitTree, work: Work<T>): Promise<T> {
    try {
      return await inside(tree, async (ssh) => {
        await requireRepository(ssh)
        return onlyOnce(() => work(ssh))
      })
    } finally {
      gitWatch.tell(tree.environmentId, actor.userId)
    }
  }

  async function inside<T>({ environmentId, directory }: GitTree, work: Work<T>): Promise<T> {
    try {
      return await reach.inside(environmentId, (ssh) => work(inTree(ssh, directory)))
    } catch (error) {
      throw toGitProblem(error, directory)
    }
  }
}

function done(output: string): GitDone {
  return { success: true, output }
}
