/** The description of the API as a file. The app is built and never listens; database and engine are never asked. */
import { pino } from 'pino'
import { buildApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { buildDomain } from '../domain.ts'
import { openDatabase } from '../lib/database.ts'
import { createEventFeed } from '../lib/event-feed.ts'
import { createMetrics } from '../lib/metrics.ts'
import { createDockerRuntime } from '../services/docker.ts'

const databaseUrl = 'postgres://nobody@127.0.0.1:1/nothing'
const secrets = {
  jwtSecret: 'never-signs-anything-'.repeat(2),
  encryptionKey: Buffer.alloc(32),
  instanceId: 'generate',
}

export async function generateOpenapi(): Promise<string> {
  const config = readConfig({})
  const log = pino({ level: 'silent' })
  const { db, close } = openDatabase(databaseUrl)
  const metrics = createMetrics({ db })
  const domain = buildDomain({
    config,
    encryptionKey: secrets.encryptionKey,
    db,
    feed: createEventFeed({ databaseUrl, db, log }),
    runtime: createDockerRuntime({ ...config, instanceId: secrets.instanceId }),
    metrics,
    log,
  })
  const { app } = await buildApp({ config, secrets, db, log, domain, metrics })
  try {
    await app.ready()
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
    await close()
  }
}
