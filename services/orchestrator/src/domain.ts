/**
 * Builds the services of environments, sessions and terminals on a container runtime. Nothing connects or runs yet:
 * `server.ts` opens the feed, starts the jobs and then what goes on in the background.
 */
import type { Config } from './config.ts'
import { createCancelDeployment } from './jobs/cancel-deployment.ts'
import { deleteEnvironmentWork } from './jobs/delete-environment.ts'
import { createMendEnvironment } from './jobs/mend-environment.ts'
import { createReconcileLoop } from './jobs/reconcile-loop.ts'
import { createReconciler } from './jobs/reconcile.ts'
import { createOperationJob, type OperationFrame } from './jobs/run-operation.ts'
import type { Job } from './jobs/runner.ts'
import { createSendDeployment } from './jobs/send-deployment.ts'
import { startEnvironmentWork } from './jobs/start-environment.ts'
import { stopEnvironmentWork } from './jobs/stop-environment.ts'
import { createApplicationService } from './lib/application-service.ts'
import type { Database } from './lib/database.ts'
import { createCreateLine } from './lib/create-line.ts'
import { createDeployKeyAgent } from './lib/deploy-key-agent.ts'
import { createDeployKeys } from './lib/deploy-keys.ts'
import { failOverdue } from './lib/deployment-deadline.ts'
import { startDeploymentPoller } from './lib/deployment-poller.ts'
import { findFollowedDeployments } from './lib/deployment-row.ts'
import { createDeploymentService } from './lib/deployment-service.ts'
import { createDiskFloor } from './lib/disk-floor.ts'
import { createEnvironmentConnections } from './lib/environment-connections.ts'
import { createEnvironmentLifecycle } from './lib/environment-lifecycle.ts'
import { createEnvironmentReach } from './lib/environment-reach.ts'
import { createEnvironmentService } from './lib/environment-service.ts'
import { createEnvironmentUsage } from './lib/environment-usage.ts'
import type { EventFeed } from './lib/event-feed.ts'
import { deleteOldEvents } from './lib/event-log.ts'
import { createEventService } from './lib/event-service.ts'
import { createGitCredentials } from './lib/git-credentials.ts'
import { createGitDeviceFlows, deleteOldDeviceFlows } from './lib/git-device-flow.ts'
import { createGitForwards } from './lib/git-forwards.ts'
import { readGitHosts } from './lib/git-hosts.ts'
import { createGitProxy } from './lib/git-proxy.ts'
import { createGitService } from './lib/git-service.ts'
import { createGitWatch } from './lib/git-watch.ts'
import { deleteOldKeys } from './lib/idempotency.ts'
import { createHandOverService } from './lib/hand-over.ts'
import { createIdleWatch } from './lib/idle-watch.ts'
import { deleteOldJobs, type JobName } from './lib/job-queue.ts'
import { createKeptWorkService } from './lib/kept-work-service.ts'
import type { Log } from './lib/log.ts'
import { createLegacyContainerService } from './lib/legacy-container-service.ts'
import { createMemoryPressure } from './lib/memory-pressure.ts'
import type { Metrics } from './lib/metrics.ts'
import { observeEnvironments } from './lib/observe-environments.ts'
import { deleteOldOperations } from './lib/operation-log.ts'
import { createOrphanedClients, type OrphanedClientsOptions } from './lib/orphaned-clients.ts'
import { createOperationService } from './lib/operation-service.ts'
import { createRecordingService, type RecordingServiceOptions } from './lib/recording-service.ts'
import { SecretBox } from './lib/secret-box.ts'
import { createSessionService } from './lib/session-service.ts'
import { createSessionShareService } from './lib/session-shares.ts'
import { createSessionWatch, type SessionWatchOptions } from './lib/session-watch.ts'
import { stopIdleEnvironment } from './lib/stop-idle-environment.ts'
import { createTerminalService } from './lib/terminal-service.ts'
import { createCoolifyClient } from './services/coolify.ts'
import type { CoolifyOptions } from './services/coolify-connection.ts'
import { createGitProxyServer } from './services/git-proxy-server.ts'
import { createKeptFiles } from './services/kept-files.ts'
import type { ContainerRuntime } from './services/runtime.ts'

export interface DomainOptions {
  config: Config
  encryptionKey: Buffer
  db: Database
  feed: EventFeed
  runtime: ContainerRuntime
  metrics: Metrics
  log: Log
  /** A clone slower than 1,000 bytes per second for this long is given up. */
  cloneStallSeconds?: number
  sessionWatch?: Pick<SessionWatchOptions, 'lingerMs'>
  orphanedClients?: Pick<OrphanedClientsOptions, 'sweepIntervalMs'>
  recordings?: Pick<RecordingServiceOptions, 'maxBytes'>
  /** How long a working tree is watched after somebody asked for it. */
  gitWatchMs?: number | undefined
  /** Makes all times of following a deployment that many times shorter. */
  deploymentHaste?: number | undefined
  coolifyTiming?: CoolifyOptions['timing'] | undefined
  /** Awaited at each gap between two steps of an operation; for tests that stop the process there. */
  onGap?: OperationFrame['onGap']
}

export type Domain = ReturnType<typeof buildDomain>

export function buildDomain(options: DomainOptions) {
  const { config, db, feed, runtime, metrics, log, cloneStallSeconds = 30, onGap } = options
  const { quotas, sandbox } = config
  const secretBox = new SecretBox(options.encryptionKey)
  const connections = createEnvironmentConnections({ runtime, db, secretBox })
  const gitHosts = readGitHosts(config.gitAllowedHosts)
  const gitCredentials = createGitCredentials({ db, secretBox, gitHosts })
  const gitProxy = createGitProxyServer(createGitProxy({ db, gitHosts, gitCredentials, log }))
  const agent = createDeployKeyAgent({ db, secretBox, log })
  const gitForwards = createGitForwards({ db, connections, feed, proxy: gitProxy, agent, log })
  const keptFiles = createKeptFiles(config.dataDir)
  const keptWork = createKeptWorkService({ db, keptFiles, log })
  const coolify =
    config.coolify === null ? null : createCoolifyClient({ ...config.coolify, timing: options.coolifyTiming ?? {} })
  const deploying = { db, coolify, log, haste: options.deploymentHaste }
  const memoryPressure = createMemoryPressure({ db, log })
  const reconciler = createReconcileLoop({
    reconcile: createReconciler({
      db,
      runtime,
      mend: createMendEnvironment({ db, runtime, ranOutOfMemory: memoryPressure.isRecent }),
      onRepair: metrics.countRepair,
      log,
    }),
    runtime,
    onEvent: ({ action, environmentId }) => {
      if (action === 'outOfMemory') memoryPressure.take(environmentId)
    },
    log,
  })
  const reach = createEnvironmentReach({ connections, onLost: reconciler.nudge })
  const diskFloor = createDiskFloor({ runtime, path: config.diskPath, floorBytes: config.diskFloorBytes, log })
  const terminals = createTerminalService({ db, reach, feed, log })
  const idleWatch = createIdleWatch({ db, reach, stop: (id, words) => stopIdleEnvironment(id, words, db), log })
  const recordings = createRecordingService({ db, reach, log, ...options.recordings })
  const sessionWatch = createSessionWatch({
    db,
    reach,
    feed,
    log,
    onSeen: recordings.noteSessions,
    ...options.sessionWatch,
  })
  const gitWatch = createGitWatch({ reach, feed, log, watchMs: options.gitWatchMs })
  metrics.watchControlConnections(sessionWatch.countOpen)
  metrics.watchGitWatches(gitWatch.countOpen)
  const orphanedClients = createOrphanedClients({
    reach,
    log,
    isOurs: terminals.isOwnClient,
    listEnvironments: connections.listConnected,
    listOwned: terminals.listClients,
    ...options.orphanedClients,
  })
  metrics.watchTerminals(terminals.countAttached)
  metrics.watchOrphanedClients(orphanedClients.count)
  metrics.watchDisk(diskFloor.readFreeBytes)

  const frame: OperationFrame = {
    db,
    feed,
    log,
    ping: runtime.ping,
    onSettled: metrics.countOperation,
    ...(onGap === undefined ? {} : { onGap }),
  }
  const startEnvironment = createOperationJob(
    frame,
    startEnvironmentWork({ db, runtime, connections, secretBox, keptFiles, gitForwards, cloneStallSeconds }),
  )
  const createLine = createCreateLine()
  const jobs: Record<JobName, Job> = {
    start_environment: async (payload, shutdown) => {
      await createLine.untilQuiet()
      await startEnvironment(payload, shutdown)
    },
    stop_environment: createOperationJob(frame, stopEnvironmentWork({ runtime, connections })),
    delete_environment: createOperationJob(
      frame,
      deleteEnvironmentWork({ db, runtime, connections, secretBox, keptFiles, limits: config.keptWork }),
    ),
    send_deployment: createSendDeployment(deploying),
    cancel_deployment: createCancelDeployment(deploying),
    delete_old_records: async () => {
      // There is nobody to ask, and no poller.
      if (coolify === null) await failOverdue(await findFollowedDeployments(db), db)
      await deleteOldEvents(db)
      await deleteOldOperations(db)
      await deleteOldKeys(db)
      await deleteOldDeviceFlows(db)
      await deleteOldJobs(db)
    },
  }
  const environments = createEnvironmentService({
    db,
    createLine,
    gitHosts,
    sandbox,
    quotas,
    diskFloor,
    secretBox,
  })
  const lifecycle = createEnvironmentLifecycle({ db, quotas })
  const sessions = createSessionService({ db, reach })
  const operations = createOperationService({ db, feed, quotas })
  return {
    environments,
    deployKeys: createDeployKeys({ db, secretBox }),
    lifecycle,
    sessions,
    sessionShares: createSessionShareService({ db }),
    legacyContainers: createLegacyContainerService({ db, runtime, environments, lifecycle, sessions, operations }),
    handOver: createHandOverService({ db, secretBox }),
    recordings,
    keptWork,
    gitCredentials,
    gitDeviceFlows: createGitDeviceFlows({ db, secretBox, gitHosts, github: config.github }),
    git: createGitService({ db, reach, gitWatch }),
    operations,
    deployments: createDeploymentService({ db, feed, coolify, reach }),
    applications: createApplicationService({ db, coolify, reach }),
    events: createEventService({ db, feed, sessionWatch, gitWatch }),
    usage: createEnvironmentUsage({ db, runtime, reach }),
    terminals,
    jobs,
    schedule: { delete_old_records: '17 * * * *' },
    checks: {
      engine: async () => {
        await runtime.ping()
        return null
      },
      image: async () => {
        const { image } = sandbox
        return (await runtime.findImage(image)) === null ? `the engine does not have the image "${image}"` : null
      },
    },
    /** Begins what goes on by itself. Answers how to end it and wait for it. */
    startBackground: (): (() => Promise<void>) => {
      reconciler.start()
      const stopIdleWatch = idleWatch.start()
      const stopSweeps = orphanedClients.start()
      const stopKeptSweeps = keptWork.startSweeps()
      const stopPoller = coolify === null ? async () => {} : startDeploymentPoller({ ...deploying, coolify, feed })
      gitForwards.start().catch((error: unknown) => {
        log.warn({ err: error }, 'git has no way out of the environments that run')
      })
      observeEnvironments({ db, reach, resumeRecordings: recordings.resumeRecordings, log }).catch((error: unknown) => {
        log.warn({ err: error }, 'sessions could not be observed after the start')
      })
      return async () => {
        stopSweeps()
        stopKeptSweeps()
        await Promise.all([reconciler.stop(), stopIdleWatch(), stopPoller()])
      }
    },
    closeConnections: async () => {
      gitForwards.close()
      sessionWatch.close()
      gitWatch.close()
      await recordings.close()
      connections.closeAll()
    },
  }
}
