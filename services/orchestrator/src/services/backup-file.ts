/**
 * The file of a backup: a plain tar archive, so that it can be looked into by hand, of members that are compressed one by
 * one. It is written beside its place and appears there whole or not at all.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { hasCode } from '../lib/has-code.ts'
import { blockBytes, decodeTarHeader, encodeTarHeader, endOfArchive, paddingOf } from './tar-header.ts'

/** What lies in the file, as the manifest tells it. */
export interface BackupMember {
  name: string
  /** As stored, which is compressed. */
  bytes: number
  /** SHA-256 of the stored bytes, in hex. */
  sha256: string
}

export interface BackupWriter {
  /** Appends a member whose length need not be known. Members are added one after the other. */
  add(name: string, content: AsyncIterable<Buffer>): Promise<BackupMember>
  /** Flushes the file and puts it in its place; answers its size. Fails when something has taken it meanwhile. */
  finish(): Promise<number>
  /** Leaves nothing behind. */
  discard(): Promise<void>
}

/** @throws Error in words when the file cannot be made or exists already. */
export async function createBackupFile(path: string): Promise<BackupWriter> {
  const draft = `${path}.${randomUUID()}.partial`
  refuseExisting(path)
  const file = await open(draft, 'wx', 0o600)
  const nowMs = Date.now()
  let position = 0

  async function append(bytes: Buffer): Promise<void> {
    await writeFully(file, bytes, position)
    position += bytes.length
  }

  return {
    async add(name, content) {
      const start = position
      const hash = createHash('sha256')
      let bytes = 0
      // The length is written when it is known.
      await append(encodeTarHeader({ name, bytes: 0, modifiedAtMs: nowMs }))
      for await (const chunk of content) {
        hash.update(chunk)
        bytes += chunk.length
        await append(chunk)
      }
      await append(Buffer.alloc(paddingOf(bytes)))
      await writeFully(file, encodeTarHeader({ name, bytes, modifiedAtMs: nowMs }), start)
      return { name, bytes, sha256: hash.digest('hex') }
    },

    async finish() {
      await append(endOfArchive)
      await file.sync()
      await file.close()
      await putInPlace(draft, path)
      return position
    },

    async discard() {
      await file.close().catch(() => undefined)
      await rm(draft, { force: true })
    },
  }
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}

function refuseExisting(path: string): void {
  if (!existsSync(path)) return
  throw new Error(`"${path}" exists already. Name a file that does not: a backup never replaces another one.`)
}

/** A link takes nobody's place; where the file system has none, nobody is expected to be that fast. */
async function putInPlace(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
    await rm(draft)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw error
    await rename(draft, path)
  }
}

export interface StoredMember {
  name: string
  bytes: number
  /** Where its content begins. */
  position: number
}

export interface BackupReader {
  members: ReadonlyMap<string, StoredMember>
  /** The stored bytes. @throws Error when there is no such member, or the file ends before it does. */
  read(name: string): AsyncGenerator<Buffer>
  close(): Promise<void>
}

const readBytes = 1024 * 1024

/**
 * Opens a file and lists what is in it, without reading the contents.
 * @throws Error in words when it is no backup or does not go on to its end.
 */
export async function openBackupFile(path: string): Promise<BackupReader> {
  const file = await openInWords(path)
  try {
    const members = await listMembers(file, path)
    return {
      members,
      close: () => file.close(),
      async *read(name) {
        const member = members.get(name)
        if (member === undefined) throw new Error(`The backup "${path}" is damaged: "${name}" is not in it.`)
        for (let read = 0; read < member.bytes;) {
          const length = Math.min(readBytes, member.bytes - read)
          const chunk = await readFully(file, member.position + read, length)
          if (chunk.length < length) throw incomplete(path)
          read += length
          yield chunk
        }
      },
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openInWords(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw new Error(`There is no file "${path}".`, { cause: error })
    throw error
  }
}

async function listMembers(file: FileHandle, path: string): Promise<Map<string, StoredMember>> {
  const members = new Map<string, StoredMember>()
  for (let position = 0; ;) {
    const block = await readFully(file, position, blockBytes)
    if (block.length < blockBytes) throw position === 0 ? noBackup(path) : incomplete(path)
    const header = readHeader(block, path, members.size === 0)
    if (header === null) return members
    if (members.has(header.name)) throw new Error(`The backup "${path}" is damaged: "${header.name}" is in it twice.`)
    position += blockBytes
    members.set(header.name, { name: header.name, bytes: header.bytes, position })
    position += header.bytes + paddingOf(header.bytes)
  }
}

function readHeader(block: Buffer, path: string, isFirst: boolean) {
  try {
    return decodeTarHeader(block)
  } catch (error) {
    if (isFirst) throw noBackup(path)
    throw new Error(`The backup "${path}" is damaged: what stands between two of its parts is unreadable.`, {
      cause: error,
    })
  }
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return buffer.subarray(0, read)
}

function noBackup(path: string): Error {
  return new Error(`"${path}" is no backup of Craftastic.`)
}

function incomplete(path: string): Error {
  return new Error(`The backup "${path}" is incomplete: it ends in the middle. Copy it again, or take another one.`)
}
