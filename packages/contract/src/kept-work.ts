/**
 * What was only in an environment when it was deleted: commits that no remote had, stashes, discards and files that were
 * not committed. Kept as a Git bundle, which `POST /api/environments` with `keptWorkId` brings back.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

/** How long it is kept, in days. */
export const keptWorkDays = 30

export const KeptWork = z
  .object({
    id: Id,
    /** Of the environment that was deleted. */
    environmentId: Id,
    environmentName: z.string(),
    repositoryUrl: z.string().nullable(),
    /** The branch that was checked out; null without a repository, or while HEAD was detached. */
    branch: z.string().nullable(),
    /** Commits on branches that no remote had. */
    commits: z.int().nonnegative(),
    /** Files that were not committed as they were. */
    files: z.int().nonnegative(),
    stashes: z.int().nonnegative(),
    /** It holds all of its history; otherwise it builds on commits that the repository's host must still have. */
    isComplete: z.boolean(),
    bytes: z.int().nonnegative(),
    /** Of the bundle, in hexadecimal. */
    sha256: z.string(),
    /** Branches and where they were, up to a hundred. */
    heads: z.array(z.object({ branch: z.string(), commit: z.string() })),
    /** The server that answers has the file. */
    isAvailable: z.boolean(),
    createdAt: Timestamp,
    /** When it is removed. */
    expiresAt: Timestamp,
  })
  .meta({ id: 'KeptWork' })
export type KeptWork = z.infer<typeof KeptWork>

/** Newest first. */
export const KeptWorkList = z.object({ keptWork: z.array(KeptWork) }).meta({ id: 'KeptWorkList' })
export type KeptWorkList = z.infer<typeof KeptWorkList>

export const KeptWorkParams = z.object({ keptWorkId: Id })

/** As `git` writes bundles; there is no registered type. */
export const bundleMediaType = 'application/x-git-bundle'
