/**
 * After the server was away: the sessions of environments that are said to run are asked of tmux once, so that nobody
 * counts as attached who is not, and recordings go on. An environment that turns out not to run is the reconciler's to mend.
 */
import type { Database } from './database.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import type { Log } from './log.ts'
import { observeSessions } from './session-status.ts'

const atOnce = 4

export type ObserveEnvironmentsOptions = {
  db: Database
  reach: EnvironmentReach
  /** Called for each environment that answers. */
  resumeRecordings(environmentId: string): Promise<void>
  log: Log
}

/** An environment that cannot be reached is left as it is. */
export async function observeEnvironments(options: ObserveEnvironmentsOptions): Promise<void> {
  const { db, reach, resumeRecordings, log } = options
  const rows = await db.selectFrom('environments').select('id').where('status', '=', 'running').execute()
  const waiting = rows.map((row) => row.id)
  const worker = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const environmentId = id
      await observeSessions(environmentId, { reach, db })
        .then(() => resumeRecordings(environmentId))
        .catch((error: unknown) => {
          log.debug({ err: error, environmentId }, 'an environment did not answer after the start')
        })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
