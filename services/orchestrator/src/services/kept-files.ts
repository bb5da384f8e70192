/**
 * Bundles of kept work in the data directory: one file each, named by its row. A file is written beside its place, is on
 * the disk when it gets there, and never grows beyond what it may have.
 */
import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'

/** The disk must go on having this much for the database beside it. */
const reserveBytes = 512 * 1024 * 1024
const bytesBetweenLooks = 16 * 1024 * 1024

/** It cannot be written: it is larger than it may be, or the disk has no room for it. */
export class KeptFileRefused extends Error {
  override name = 'KeptFileRefused'
  readonly reason: 'tooLarge' | 'diskFull'
  constructor(reason: 'tooLarge' | 'diskFull') {
    super(reason)
    this.reason = reason
  }
}

export type KeptFiles = ReturnType<typeof createKeptFiles>

export function createKeptFiles(dataDir: string) {
  const directory = join(dataDir, 'kept-work')
  const pathOf = (id: string) => join(directory, `${id}.bundle`)
  const draftOf = (id: string) => join(directory, `${id}.part`)

  return {
    /**
     * Writes the draft of a file with what `fill` gives to the sink, and brings it to the disk.
     * @throws KeptFileRefused
     */
    async write(
      id: string,
      maxBytes: number,
      fill: (sink: Writable) => Promise<void>,
    ): Promise<{ bytes: number; sha256: string }> {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const file = await open(draftOf(id), 'wx', 0o600)
      try {
        const hash = createHash('sha256')
        let bytes = 0
        let lookAtBytes = 0
        let refused: KeptFileRefused | null = null
        const take = async (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > maxBytes) throw new KeptFileRefused('tooLarge')
          if (bytes >= lookAtBytes) {
            if (!(await hasRoom(directory))) throw new KeptFileRefused('diskFull')
            lookAtBytes = bytes + bytesBetweenLooks
          }
          hash.update(chunk)
          await writeAll(file, chunk)
        }
        const sink = new Writable({
          write: (chunk: Buffer, _encoding, done) => {
            take(chunk).then(
              () => done(),
              (error: unknown) => {
                refused = toRefusal(error)
                done(refused ?? (error instanceof Error ? error : new Error(String(error))))
              },
            )
          },
        })
        sink.on('error', () => {})
        await fill(sink).catch((error: unknown) => {
          throw refused ?? error
        })
        await ended(sink)
        await file.sync()
        return { bytes, sha256: hash.digest('hex') }
      } finally {
        await file.close()
      }
    },

    /** Puts a written draft into its place. */
    async publish(id: string): Promise<void> {
      await rename(draftOf(id), pathOf(id))
      const folder = await open(directory)
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    },

    /** Removes file and draft, if they are there. */
    async remove(id: string): Promise<void> {
      await Promise.all([rm(pathOf(id), { force: true }), rm(draftOf(id), { force: true })])
    },

    /** Bytes of the file; null when it is not on this server. */
    async findSize(id: string): Promise<number | null> {
      return stat(pathOf(id)).then(
        ({ size }) => size,
        () => null,
      )
    },

    open: (id: string): ReadStream => createReadStream(pathOf(id)),

    /** Every file and draft, with the hours since it was written. */
    async list(): Promise<{ id: string; isDraft: boolean; ageHours: number }[]> {
      const names = await readdir(directory).catch(() => [])
      const files = await Promise.all(
        names.map(async (name) => {
          const [, id, kind] = /^([0-9a-f-]{36})\.(bundle|part)$/.exec(name) ?? []
          const details = id === undefined ? null : await stat(join(directory, name)).catch(() => null)
          if (id === undefined || details === null) return []
          return [{ id, isDraft: kind === 'part', ageHours: (Date.now() - details.mtimeMs) / 3_600_000 }]
        }),
      )
      return files.flat()
    },
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length;) written += (await file.write(chunk, written)).bytesWritten
}

function toRefusal(error: unknown): KeptFileRefused | null {
  if (error instanceof KeptFileRefused) return error
  const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  return isFull ? new KeptFileRefused('diskFull') : null
}

async function hasRoom(directory: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize > reserveBytes
}

async function ended(sink: Writable): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    sink.once('error', reject)
    sink.end(() => resolve())
  })
}
