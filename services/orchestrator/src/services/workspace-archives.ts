/**
 * Workspaces as tar archives, for backups. A volume is read and filled by tar in a helper container of its own, never by
 * the archive calls of the engine, which run code of containers on the host (docs/security.md). `docker-workspaces.ts`
 * is the one implementation.
 */

export interface WorkspaceArchive {
  /** Ends with an error when the archive is not whole. */
  content: AsyncIterable<Buffer>
  /** What tar had to say, such as files that changed while they were read; complete when the content has ended. */
  remarks(): readonly string[]
}

export interface WorkspaceArchives {
  /** Whether the engine answers and has what is needed; throws in words when not. */
  check(): Promise<void>
  /** Those of the environments that have a volume on the engine, whichever installation made it. */
  findVolumes(environmentIds: readonly string[]): Promise<Set<string>>
  /** Null when the engine has no such volume. */
  read(environmentId: string, signal: AbortSignal): Promise<WorkspaceArchive | null>
  /** Makes the volume, which must not be there, and fills it. On failure an incomplete volume stays. */
  fill(
    environment: { id: string; generation: number },
    content: AsyncIterable<Buffer>,
    signal: AbortSignal,
  ): Promise<void>
  /** Success when there is none. */
  remove(environmentId: string): Promise<void>
}
