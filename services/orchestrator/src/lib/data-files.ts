/**
 * Files of the data directory that belong to people's work: whatever lies in its directories, so that one which comes later
 * is not forgotten. Its own files are secrets and marks, which are not copied as they are.
 */
import { existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { hasCode } from './has-code.ts'

/** The database is dumped, an engine that was started here has its settings and log there, and file systems their own. */
const otherDirectories = ['postgres', 'engine', 'lost+found']

export interface DataFile {
  /** Below the data directory. */
  path: string
  /** When it was listed. */
  bytes: number
}

/** Empty without a data directory, which an installation with all its secrets in variables does not have. */
export function listDataFiles(dataDir: string): DataFile[] {
  if (!existsSync(dataDir)) return []
  const directories = readdirSync(dataDir, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !otherDirectories.includes(entry.name),
  )
  return directories
    .flatMap(({ name }) => readdirSync(join(dataDir, name), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) => {
      const bytes = statSync(file, { throwIfNoEntry: false })?.size
      return bytes === undefined ? [] : [{ path: relative(dataDir, file), bytes }]
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** What it held when it was listed, however it has grown since. Null when it is gone. */
export async function openDataFile(dataDir: string, { path, bytes }: DataFile): Promise<AsyncIterable<Buffer> | null> {
  try {
    const file = await open(join(dataDir, path), 'r')
    if (bytes > 0) return file.createReadStream({ end: bytes - 1 })
    await file.close()
    return Readable.from([])
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

export function hasDataFile(dataDir: string, path: string): boolean {
  return existsSync(join(dataDir, path))
}

/**
 * A backup below the data directory would be a part of itself.
 * @throws Error in words
 */
export function refuseInside(dataDir: string, path: string): void {
  if (!existsSync(dataDir)) return
  const directory = realpathSync(dataDir)
  const below = relative(directory, resolveLinks(path))
  if (below.split(sep)[0] === '..' || isAbsolute(below)) return
  throw new Error(
    `"${path}" lies in the data directory "${directory}", which the backup is of: it would be a part of itself, and lost with it. Name a file elsewhere.`,
  )
}

/** Of a path whose last parts need not exist. */
function resolveLinks(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path)
  return join(resolveLinks(dirname(path)), basename(path))
}

export async function writeDataFile(dataDir: string, path: string, content: AsyncIterable<Buffer>): Promise<void> {
  const target = join(dataDir, path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const file = await open(target, 'w', 0o600)
  try {
    for await (const chunk of content) await file.writeFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}
