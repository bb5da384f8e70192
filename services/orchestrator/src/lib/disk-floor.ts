/**
 * Keeps a part of the disk free where the engine keeps its data: a full disk stops every environment at once, so none
 * is added when there is little left.
 */
import { statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerRuntime } from '../services/runtime.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'

export type DiskFloorOptions = {
  runtime: Pick<ContainerRuntime, 'readDataDirectory'>
  /** On the disk that is measured; null = the directory that the engine names. */
  path: string | null
  /** 0 = no floor. */
  floorBytes: number
  log: Pick<Log, 'warn'>
}

export type DiskFloor = ReturnType<typeof createDiskFloor>

/** A reading is good for this long: many creates at once ask once. */
const freshMs = 5_000
/** An engine that hangs tells nothing; whoever creates an environment learns of it elsewhere. */
const readTimeoutMs = 2_000

export function createDiskFloor({ runtime, path, floorBytes, log }: DiskFloorOptions) {
  /** An engine keeps its directory for as long as it has data there. */
  let knownDirectory = path
  let hasWarned = false
  let reading: { atMs: number; freeBytes: Promise<number | null> } | null = null

  /** Null when it is not known: the engine does not answer, or runs on another machine. */
  async function readFreeBytes(): Promise<number | null> {
    const now = performance.now()
    if (reading === null || now - reading.atMs > freshMs) reading = { atMs: now, freeBytes: measure() }
    return reading.freeBytes
  }

  async function measure(): Promise<number | null> {
    knownDirectory ??= await Promise.race([
      runtime.readDataDirectory().catch(() => null),
      sleep(readTimeoutMs, null, { ref: false }),
    ])
    if (knownDirectory === null) return null
    const freeBytes = await measureDirectory(knownDirectory)
    if (freeBytes === null) warnOnce(knownDirectory)
    return freeBytes
  }

  function warnOnce(directory: string): void {
    if (hasWarned || floorBytes === 0) return
    hasWarned = true
    log.warn({ directory }, 'there is no disk floor: the directory cannot be measured from here; set DISK_PATH')
  }

  return {
    readFreeBytes,

    /**
     * Where nothing is known there is no floor.
     * @throws AppError disk_full
     */
    async requireSpace(): Promise<void> {
      const freeBytes = floorBytes === 0 ? null : await readFreeBytes()
      if (freeBytes === null || freeBytes >= floorBytes) return
      throw new AppError(
        'disk_full',
        `The server has ${formatSize(freeBytes)} of free disk space; new environments need it to have at least ` +
          `${formatSize(floorBytes)}. Delete environments that are not needed, or free space on the server.`,
      )
    },
  }
}

/** What programs without special rights may still write. */
async function measureDirectory(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    return null
  }
}

/** Rounded down: what is a little below the floor must not read as if it were enough. */
function formatSize(bytes: number): string {
  const [unitBytes, unit] = bytes >= 1024 ** 3 ? [1024 ** 3, 'GiB'] : [1024 ** 2, 'MiB']
  return `${Math.floor((bytes / unitBytes) * 10) / 10} ${unit}`
}
