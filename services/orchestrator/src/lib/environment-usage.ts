/** What an environment uses now. */
import type { EnvironmentStats } from '@craftastic/contract'
import { RuntimeUnavailable, type ContainerRuntime } from '../services/runtime.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireEnvironment } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'

/** Walking a large workspace costs seconds of disk: a figure is kept this long. */
const diskFreshMs = 60_000
const diskDeadlineMs = 10_000

export type EnvironmentUsageOptions = { db: Database; runtime: ContainerRuntime; reach: EnvironmentReach }
export type EnvironmentUsage = ReturnType<typeof createEnvironmentUsage>

export function createEnvironmentUsage({ db, runtime, reach }: EnvironmentUsageOptions) {
  const disk = new Map<string, { at: number; bytes: Promise<number | null> }>()

  return {
    async readStats(actor: UserActor, environmentId: string): Promise<EnvironmentStats> {
      const environment = await requireEnvironment(actor, environmentId, db)
      if (environment.status !== 'running') {
        throw new AppError('environment_not_running', `The environment "${environment.name}" does not run.`)
      }
      const [usage, diskBytes] = await Promise.all([readUsage(environmentId), readDiskBytes(environmentId)])
      return { ...usage, diskBytes, at: new Date().toISOString() }
    },
  }

  async function readUsage(environmentId: string) {
    try {
      return await runtime.readUsage(environmentId)
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error
      const detail = 'The container engine gave no figures. Try again in a moment.'
      throw new AppError('engine_unavailable', detail, { retryAfterSeconds: 5, cause: error })
    }
  }

  function readDiskBytes(environmentId: string): Promise<number | null> {
    for (const [id, { at }] of disk) if (performance.now() - at > diskFreshMs) disk.delete(id)
    const known = disk.get(environmentId)
    if (known !== undefined) return known.bytes
    const bytes = measureWorkspace(environmentId).catch(() => null)
    disk.set(environmentId, { at: performance.now(), bytes })
    return bytes
  }

  async function measureWorkspace(environmentId: string): Promise<number | null> {
    const command = ['du', '-s', '-k', '-x', '/workspace']
    const result = await reach.inside(environmentId, (ssh) => ssh.run(command, { deadlineMs: diskDeadlineMs }))
    const kibibytes = /^(\d+)\s/.exec(result.stdout.toString('utf8'))?.[1]
    if (kibibytes === undefined) return null
    const bytes = Number(kibibytes) * 1024
    // For the time in which it does not run.
    await db.updateTable('environments').set({ disk_bytes: bytes }).where('id', '=', environmentId).execute()
    return bytes
  }
}
