/**
 * Volumes read and filled through tar in a helper container: made from the sandbox image, without network, with no
 * capabilities but those that tar needs to read, or to give files their owners. What a workspace holds is hostile; it meets
 * GNU tar in a container that has nothing else.
 */
import { Duplex } from 'node:stream'
import Docker from 'dockerode'
import { orNull, statusOf } from './docker-calls.ts'
import { connectionOptions } from './docker-endpoint.ts'
import { unframed } from './docker-streams.ts'
import { label, resourceName, volumeOptions } from './docker-template.ts'
import type { WorkspaceArchives } from './workspace-archives.ts'

export interface DockerWorkspacesOptions {
  dockerHost: string | null
  sshAgentSocket: string | null
  instanceId: string
  /** Of the helper containers; it must have GNU tar. */
  image: string
}

const helperLabel = 'craftastic.helper'
const mountPoint = '/volume'
const helperMemoryBytes = 512 * 1024 ** 2
const tarTraits = "--numeric-owner --acls --xattrs --xattrs-include='user.*'"
const reading = {
  // Times of access and of the last change of an inode would make every archive different.
  command: `tar --create --file=- --format=posix --pax-option=delete=atime,delete=ctime --sparse ${tarTraits} -C ${mountPoint} .`,
  // Not DAC_READ_SEARCH, which opens files of the host by their handle; here nothing can be written anyway.
  capabilities: ['DAC_OVERRIDE'],
}
const filling = {
  command: `tar --extract --file=- --same-owner --preserve-permissions --delay-directory-restore ${tarTraits} -C ${mountPoint}`,
  capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'],
}

/** Follows whatever the command prints: without it, a connection that broke would look like an archive that ended. */
const trailer = '; printf \'\\nended %03d\' "$?"'
const trailerPattern = /^\nended (\d{3})$/
const trailerBytes = '\nended 000'.length
/** Of GNU tar: some files changed while they were read. */
const filesDiffer = 1

export function createDockerWorkspaces(options: DockerWorkspacesOptions): WorkspaceArchives {
  const docker = new Docker(connectionOptions(options.dockerHost, options.sshAgentSocket))

  return {
    async check() {
      const image = await inWords(() => orNull(404, docker.getImage(options.image).inspect()))
      if (image !== null) return
      throw new Error(
        `The container engine does not have the image "${options.image}", which reads and fills workspaces. \`npm start\` makes ours.`,
      )
    },

    async findVolumes(environmentIds) {
      const { Volumes: volumes } = await inWords(() => docker.listVolumes())
      const names = new Set(volumes.map(({ Name: name }) => name))
      return new Set(environmentIds.filter((id) => names.has(resourceName(id))))
    },

    async read(environmentId, signal) {
      const volume = await inWords(() => orNull(404, docker.getVolume(resourceName(environmentId)).inspect()))
      if (volume === null) return null
      const helper = await startHelper(
        { environmentId, labels: volume.Labels ?? {}, work: reading, isReadOnly: true },
        signal,
      )
      helper.stream.end()
      return { content: contentOf(helper), remarks: helper.remarks }
    },

    async fill({ id, generation }, content, signal) {
      const labels = label.all({ instanceId: options.instanceId, environmentId: id, generation })
      await inWords(() => docker.createVolume({ Name: resourceName(id), Labels: labels }))
      const helper = await startHelper({ environmentId: id, labels, work: filling, isReadOnly: false }, signal)
      const [written, ended] = await Promise.allSettled([writeAll(content, helper.stream), readAll(contentOf(helper))])
      if (written.status === 'rejected') throw written.reason
      if (ended.status === 'rejected') throw ended.reason
    },

    async remove(environmentId) {
      const name = resourceName(environmentId)
      // Of a restore that was killed, one may still be about to notice.
      const filters = { volume: [name], label: [helperLabel] }
      const helpers = await inWords(() => docker.listContainers({ all: true, filters }))
      for (const { Id: id } of helpers) await removeHelper(docker.getContainer(id))
      await inWords(() => orNull(404, docker.getVolume(name).remove()))
    },
  }

  type Work = { command: string; capabilities: string[] }
  type Helping = { environmentId: string; labels: Record<string, string>; work: Work; isReadOnly: boolean }

  async function startHelper({ environmentId, labels, work, isReadOnly }: Helping, signal: AbortSignal) {
    signal.throwIfAborted()
    const name = resourceName(environmentId)
    const container = await inWords(() =>
      docker.createContainer({
        Image: options.image,
        User: '0:0',
        WorkingDir: '/',
        Entrypoint: [],
        Cmd: ['/bin/sh', '-c', work.command + trailer],
        // Without the label of an environment: it is not what runs there.
        Labels: { [label.instance]: options.instanceId, [helperLabel]: 'backup' },
        Healthcheck: { Test: ['NONE'] },
        Tty: false,
        OpenStdin: true,
        StdinOnce: true,
        HostConfig: {
          AutoRemove: true,
          NetworkMode: 'none',
          ReadonlyRootfs: true,
          CapDrop: ['ALL'],
          CapAdd: work.capabilities,
          SecurityOpt: ['no-new-privileges:true'],
          PidsLimit: 64,
          Memory: helperMemoryBytes,
          MemorySwap: helperMemoryBytes,
          // What it prints is the workspace; kept as a log, it would take the disk's space a second time.
          LogConfig: { Type: 'none', Config: {} },
          Mounts: [
            {
              Type: 'volume',
              Source: name,
              Target: mountPoint,
              ReadOnly: isReadOnly,
              // A volume that is deleted meanwhile is made again by the engine; the reconciler must know it then.
              VolumeOptions: volumeOptions(labels, false),
            },
          ],
        },
      }),
    )
    const words: Buffer[] = []
    try {
      const framed = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true })
      if (!(framed instanceof Duplex)) throw new Error('the container engine attached one way only')
      const stream = unframed(framed, (bytes) => keepBounded(words, bytes))
      const abort = () => void stream.destroy(new Error('interrupted'))
      signal.addEventListener('abort', abort, { once: true })
      await container.start()
      const end = async () => {
        signal.removeEventListener('abort', abort)
        stream.destroy()
        await removeHelper(container)
      }
      return { stream, end, remarks: () => linesOf(words), environmentId }
    } catch (error) {
      await removeHelper(container)
      throw describeFailure(error)
    }
  }
}

type Helper = { stream: Duplex; end: () => Promise<void>; remarks: () => string[]; environmentId: string }

/** What the command printed before its trailer. The helper is gone afterwards, however it ended. */
async function* contentOf(helper: Helper): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0)
  try {
    for await (const chunk of helper.stream) {
      const bytes = Buffer.concat([held, Buffer.from(chunk)])
      const end = Math.max(0, bytes.length - trailerBytes)
      if (end > 0) yield bytes.subarray(0, end)
      held = bytes.subarray(end)
    }
  } catch (error) {
    throw describeFailure(error)
  } finally {
    await helper.end()
  }
  const status = trailerPattern.exec(held.toString('latin1'))?.[1]
  if (status === undefined) throw new Error('The container engine broke off. Look at it, and begin again.')
  if (Number(status) > filesDiffer) {
    throw new Error(`tar failed (${Number(status)}): ${helper.remarks().slice(-3).join('; ') || 'without a reason'}`)
  }
}

async function readAll(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const bytes of content) void bytes
}

async function writeAll(content: AsyncIterable<Buffer>, stream: Duplex): Promise<void> {
  try {
    for await (const bytes of content) {
      if (stream.destroyed) return
      if (!stream.write(bytes)) await drained(stream)
    }
    stream.end()
  } catch (error) {
    stream.destroy()
    throw error
  }
}

/** Resolves as well when nothing will be taken any more: why, the reading side tells. */
function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
  })
}

/** It removes itself as it ends; one that hangs is removed. */
async function removeHelper(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true })
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 409) throw describeFailure(error)
  }
}

const maxWordsBytes = 64 * 1024

function keepBounded(words: Buffer[], bytes: Buffer): void {
  const kept = words.reduce((sum, { length }) => sum + length, 0)
  if (kept < maxWordsBytes) words.push(bytes.subarray(0, maxWordsBytes - kept))
}

function linesOf(words: readonly Buffer[]): string[] {
  const text = Buffer.concat(words).toString('utf8')
  return text.split('\n').filter((line) => line !== '')
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw describeFailure(error)
  }
}

function describeFailure(error: unknown): Error {
  if (statusOf(error) !== null) return new Error(`The container engine refused: ${wordsOf(error)}`, { cause: error })
  const isGone = error instanceof Error && 'code' in error
  return isGone
    ? new Error(`The container engine does not answer (${wordsOf(error)}). Start it, or correct DOCKER_HOST.`, {
        cause: error,
      })
    : new Error(wordsOf(error), { cause: error })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
