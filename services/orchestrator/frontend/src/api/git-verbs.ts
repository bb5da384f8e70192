/** What can be done with a repository. One verb at a time runs in a working tree; the next ones wait their turn. */
import {
  GitCommitted,
  GitDiscarded,
  GitDone,
  type CheckoutGit,
  type CreateGitCommit,
  type CreateGitStash,
  type DiscardGit,
  type FetchGit,
  type GitStatus,
  type PullGit,
  type PushGit,
  type RestoreGitDiscard,
  type SettleGitOperation,
  type StageGit,
  type UseGitStash,
} from '@craftastic/contract'
import { mutationOptions, type QueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { asStaged, asUnstaged } from '@/lib/git-files'
import type { GitTree } from '@/lib/git-tree'
import { request } from './client'
import { readGitAgain } from './git-refresh'
import { gitKeys } from './keys'

/** By the end of the verb's path. */
interface Verbs {
  commit: [z.input<typeof CreateGitCommit>, GitCommitted]
  push: [z.input<typeof PushGit>, GitDone]
  pull: [z.input<typeof PullGit>, GitDone]
  fetch: [z.input<typeof FetchGit>, GitDone]
  stage: [z.input<typeof StageGit>, GitDone]
  unstage: [z.input<typeof StageGit>, GitDone]
  discard: [z.input<typeof DiscardGit>, GitDiscarded]
  'discards/restore': [z.input<typeof RestoreGitDiscard>, GitDone]
  checkout: [z.input<typeof CheckoutGit>, GitDone]
  operation: [z.input<typeof SettleGitOperation>, GitDone]
  stash: [z.input<typeof CreateGitStash>, GitDone]
  'stash/use': [z.input<typeof UseGitStash>, GitDone]
}

export type GitVerb = keyof Verbs
export type GitInput<Verb extends GitVerb> = Omit<Verbs[Verb][0], keyof GitTree>
export type GitAnswer<Verb extends GitVerb> = Verbs[Verb][1]

const answers: { [Verb in GitVerb]: z.ZodType<GitAnswer<Verb>> } = {
  commit: GitCommitted,
  push: GitDone,
  pull: GitDone,
  fetch: GitDone,
  stage: GitDone,
  unstage: GitDone,
  discard: GitDiscarded,
  'discards/restore': GitDone,
  checkout: GitDone,
  operation: GitDone,
  stash: GitDone,
  'stash/use': GitDone,
}

export const gitMutation = <Verb extends GitVerb>(tree: GitTree, verb: Verb) =>
  mutationOptions({
    mutationKey: [...gitKeys.verbs(tree), verb],
    scope: { id: gitKeys.verbs(tree).join(' ') },
    mutationFn: (input: GitInput<Verb>) =>
      request('POST', `/api/git/${verb}`, { answer: answers[verb], body: { ...tree, ...input } }),
    onMutate: (input, { client }) => showAhead(client, tree, verb, input),
    onSettled: (_data, _error, _input, _result, { client }) => {
      // What waits its turn is shown already; a status that does not have it yet would take it back.
      const isLast = client.isMutating({ mutationKey: gitKeys.verbs(tree) }) === 1
      // In a moment the verb itself counts as over.
      if (isLast) setTimeout(() => void readGitAgain(client, tree))
    },
  })

/** Staging is shown before the server has done it: the list answers at once. */
async function showAhead(client: QueryClient, tree: GitTree, verb: GitVerb, input: object): Promise<void> {
  if (verb !== 'stage' && verb !== 'unstage') return
  if ('patch' in input) return
  const queryKey = gitKeys.status(tree)
  await client.cancelQueries({ queryKey })
  const paths = 'files' in input && Array.isArray(input.files) ? new Set<string>(input.files) : null
  const change = verb === 'stage' ? asStaged : asUnstaged
  client.setQueryData<GitStatus>(queryKey, (known) => known && { ...known, files: change(known.files, paths) })
}
