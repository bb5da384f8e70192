/** Git, writing: the verbs on index, working tree, branches and remotes. */
import {
  CheckoutGit,
  CreateGitCommit,
  CreateGitStash,
  DiscardGit,
  FetchGit,
  GitCommitted,
  GitDiscarded,
  GitDone,
  Problem,
  PullGit,
  PushGit,
  RestoreGitDiscard,
  SettleGitOperation,
  StageGit,
  UseGitStash,
  WatchGit,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { GitService } from '../lib/git-service.ts'

const tags = ['git']
const config = { access: 'signedIn' } as const
const done = { 200: GitDone, '4xx': Problem }
/** Lists of tens of thousands of paths. */
const bodyLimit = 8 * 1024 * 1024

export const gitActionRoutes: FastifyPluginAsyncZod<{ git: GitService }> = async (app, { git }) => {
  app.post(
    '/git/commit',
    {
      config,
      bodyLimit,
      schema: {
        operationId: 'createGitCommit',
        tags,
        body: CreateGitCommit,
        response: { 200: GitCommitted, '4xx': Problem },
      },
    },
    async ({ actor, body }) => git.createGitCommit(actor, body),
  )

  app.post(
    '/git/push',
    { config, schema: { operationId: 'pushGit', tags, body: PushGit, response: done } },
    async ({ actor, body }) => git.pushGit(actor, body),
  )

  app.post(
    '/git/pull',
    { config, schema: { operationId: 'pullGit', tags, body: PullGit, response: done } },
    async ({ actor, body }) => git.pullGit(actor, body),
  )

  app.post(
    '/git/fetch',
    { config, schema: { operationId: 'fetchGit', tags, body: FetchGit, response: done } },
    async ({ actor, body }) => git.fetchGit(actor, body),
  )

  app.post(
    '/git/stage',
    { config, bodyLimit, schema: { operationId: 'stageGit', tags, body: StageGit, response: done } },
    async ({ actor, body }) => git.stageGit(actor, body),
  )

  app.post(
    '/git/unstage',
    { config, bodyLimit, schema: { operationId: 'unstageGit', tags, body: StageGit, response: done } },
    async ({ actor, body }) => git.unstageGit(actor, body),
  )

  app.post(
    '/git/discard',
    {
      config,
      bodyLimit,
      schema: { operationId: 'discardGit', tags, body: DiscardGit, response: { 200: GitDiscarded, '4xx': Problem } },
    },
    async ({ actor, body }) => git.discardGit(actor, body),
  )

  app.post(
    '/git/discards/restore',
    { config, schema: { operationId: 'restoreGitDiscard', tags, body: RestoreGitDiscard, response: done } },
    async ({ actor, body }) => git.restoreGitDiscard(actor, body),
  )

  app.post(
    '/git/checkout',
    { config, schema: { operationId: 'checkoutGit', tags, body: CheckoutGit, response: done } },
    async ({ actor, body }) => git.checkoutGit(actor, body),
  )

  app.post(
    '/git/operation',
    { config, schema: { operationId: 'settleGitOperation', tags, body: SettleGitOperation, response: done } },
    async ({ actor, body }) => git.settleGitOperation(actor, body),
  )

  app.post(
    '/git/stash',
    { config, schema: { operationId: 'createGitStash', tags, body: CreateGitStash, response: done } },
    async ({ actor, body }) => git.createGitStash(actor, body),
  )

  app.post(
    '/git/stash/use',
    { config, schema: { operationId: 'useGitStash', tags, body: UseGitStash, response: done } },
    async ({ actor, body }) => git.useGitStash(actor, body),
  )

  app.post(
    '/git/watch',
    {
      config,
      schema: { operationId: 'watchGit', tags, body: WatchGit, response: { 204: z.undefined(), '4xx': Problem } },
    },
    async ({ actor, body }, reply) => {
      await git.watchGit(actor, body)
      return reply.code(204).send()
    },
  )
}
