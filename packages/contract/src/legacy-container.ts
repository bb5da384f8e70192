/**
 * Environments as clients of the previous generation know them: as containers. Field names are those of Docker's list.
 * New clients use environments.
 */
import { z } from 'zod'
import { Id } from './common.ts'

/** A container's id, or its first 12 or more characters. */
export const ContainerId = z.string().regex(/^[^\p{Cc}]{1,64}$/u, 'is not the id of a container')

export const ContainerParams = z.object({ containerId: ContainerId })

export const LegacyContainer = z
  .object({
    Id: z.string(),
    /** Each with a slash before it. */
    Names: z.array(z.string()),
    /** Begins with one of Docker's words: `Created`, `Up`, `Exited`, `Dead`, `Removal`. */
    Status: z.string(),
    Labels: z.record(z.string(), z.string()),
  })
  .meta({ id: 'LegacyContainer' })
export type LegacyContainer = z.infer<typeof LegacyContainer>

export const LegacyContainerList = z
  .object({ containers: z.array(LegacyContainer) })
  .meta({ id: 'LegacyContainerList' })
export type LegacyContainerList = z.infer<typeof LegacyContainerList>

/** Whose containers; other than one's own is for admins. */
export const LegacyContainerQuery = z.object({ userId: Id.optional() })
export type LegacyContainerQuery = z.infer<typeof LegacyContainerQuery>

export const CreateLegacyContainer = z
  .strictObject({
    /** The owner; other than oneself is for admins. */
    userId: Id.optional(),
  })
  .meta({ id: 'CreateLegacyContainer' })
export type CreateLegacyContainer = z.infer<typeof CreateLegacyContainer>

export const LegacyContainerCreated = z
  .object({ sessionId: Id, containerId: z.string() })
  .meta({ id: 'LegacyContainerCreated' })
export type LegacyContainerCreated = z.infer<typeof LegacyContainerCreated>
