/**
 * Builds the services of environments, sessions and terminals on a container runtime. Nothing connects or runs yet:
 * `index.ts` opens the feed and starts the jobs.
 */
import type { Config } from './config.ts'
import { deleteEnvironmentWork } from './jobs/delete-environment.ts'
import { createOperationJob } from './jobs/run-operation.ts'
import type { Job } from './jobs/runner.ts'
import { startEnvironmentWork } from './jobs/start-environment.ts'
import type { Database } from './lib/database.ts'
import { createEnvironmentConnections } from './lib/environment-connections.ts'
import { createEnvironmentReach } from './lib/environment-reach.ts'
import { createEnvironmentService } from './lib/environment-service.ts'
import { createEnvironmentUsage } from './lib/environment-usage.ts'
import type { EventFeed } from './lib/event-feed.ts'
import { deleteOldEvents } from './lib/event-log.ts'
import { createEventService } from './lib/event-service.ts'
import { readGitHosts } from './lib/git-hosts.ts'
import type { JobName } from './lib/job-queue.ts'
import type { Log } from './lib/log.ts'
import { createOperationService } from './lib/operation-service.ts'
import { recoverEnvironments } from './lib/recover.ts'
import { SecretBox } from './lib/secret-box.ts'
import { createSessionService } from './lib/session-service.ts'
import { createTerminalService } from './lib/terminal-service.ts'
import type { ContainerRuntime } from './services/runtime.ts'

export interface DomainOptions {
  config: Config
  encryptionKey: Buffer
  db: Database
  feed: EventFeed
  runtime: ContainerRuntime
  log: Log
  /** A clone slower than 1,000 bytes per second for this long is given up. */
  cloneStallSeconds?: number
}

export type Domain = ReturnType<typeof buildDomain>

export function buildDomain(options: DomainOptions) {
  const { config, db, feed, runtime, log, cloneStallSeconds = 30 } = options
  const secretBox = new SecretBox(options.encryptionKey)
  const connections = createEnvironmentConnections({ runtime, db, secretBox })
  const reach = createEnvironmentReach({ connections, db })
  const frame = { db, feed, log }
  const jobs: Record<JobName, Job> = {
    start_environment: createOperationJob(
      frame,
      startEnvironmentWork({ db, runtime, connections, secretBox, cloneStallSeconds }),
    ),
    delete_environment: createOperationJob(frame, deleteEnvironmentWork({ db, runtime, connections })),
    delete_old_events: () => deleteOldEvents(db),
  }
  return {
    environments: createEnvironmentService({
      db,
      secretBox,
      gitHosts: readGitHosts(config.gitAllowedHosts),
      sandbox: config.sandbox,
    }),
    sessions: createSessionService({ db, reach }),
    operations: createOperationService({ db, feed }),
    events: createEventService({ db, feed }),
    usage: createEnvironmentUsage({ db, runtime, reach }),
    terminals: createTerminalService({ db, reach, feed, log }),
    jobs,
    schedule: { delete_old_events: '17 * * * *' },
    checks: {
      engine: async () => {
        await runtime.ping()
        return null
      },
      image: async () => {
        const { image } = config.sandbox
        return (await runtime.findImage(image)) === null ? `the engine does not have the image "${image}"` : null
      },
    },
    /** Looks after the server was away at what is said to run. */
    recover: () => recoverEnvironments({ db, reach, log }),
    closeConnections: async () => connections.closeAll(),
  }
}
