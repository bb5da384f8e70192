/** The container of an environment, as its row and its keys say; made unless it is there. */
import type { Database } from '../lib/database.ts'
import { ensureEnvironmentKeys } from '../lib/environment-keys.ts'
import type { EnvironmentRow } from '../lib/present.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import { containerStart } from '../services/container-start.ts'
import type { ContainerRuntime } from '../services/runtime.ts'

export type EnsureContainerOptions = { db: Database; runtime: ContainerRuntime; secretBox: SecretBox }

/** Answers the engine's id of it. Throws `ImageMissing`. */
export async function ensureContainer(
  environment: EnvironmentRow,
  { db, runtime, secretBox }: EnsureContainerOptions,
): Promise<string> {
  const keys = await ensureEnvironmentKeys(environment, secretBox, db)
  const image = await runtime.findImage(environment.image)
  const wayIn = { hostPrivateKey: keys.host.privateKey, clientPublicKey: keys.client.publicKey }
  return runtime.ensureContainer({
    environmentId: environment.id,
    generation: environment.generation,
    image: environment.image,
    memoryBytes: environment.memory_bytes,
    cpuLimit: environment.cpu_limit,
    ...containerStart(wayIn, {
      imageVariables: image?.variables ?? [],
      memoryBytes: environment.memory_bytes,
      repositoryUrl: environment.repository_url,
    }),
  })
}
