/** A way into environments past the connections of the server that has them, as another server would have. */
import { createEnvironmentConnections } from '../../src/lib/environment-connections.ts'
import { createEnvironmentReach, type EnvironmentReach } from '../../src/lib/environment-reach.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { readSecrets } from '../../src/lib/secrets.ts'
import { createDockerRuntime } from '../../src/services/docker.ts'
import type { EngineServer } from './engine.ts'

export interface OwnReach extends EnvironmentReach {
  close(): void
}

export function openOwnReach({ config, database }: Pick<EngineServer, 'config' | 'database'>): OwnReach {
  const { encryptionKey, instanceId } = readSecrets(config)
  const runtime = createDockerRuntime({ ...config, instanceId })
  const secretBox = new SecretBox(encryptionKey)
  const connections = createEnvironmentConnections({ runtime, db: database.db, secretBox })
  const reach = createEnvironmentReach({ connections, onLost: () => {} })
  return { ...reach, close: connections.closeAll }
}
