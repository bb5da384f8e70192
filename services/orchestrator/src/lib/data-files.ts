/**
 * Files of the data directory that belong to people's work: whatever lies in its directories, so that one which comes later
 * is not forgotten. Its own files are secrets and marks, which are not copied as they are.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** The database is dumped, an engine that was started here has its settings and log there, and file systems their own. */
const otherDirectories = ['postgres', 'engine', 'lost+found']

/** Paths below the data directory, which an installation with all its secrets in variables does not have. */
export function listDataFiles(dataDir: string): string[] {
  if (!existsSync(dataDir)) return []
  const directories = readdirSync(dataDir, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !otherDirectories.includes(entry.name),
  )
  return directories
    .flatMap(({ name }) => readdirSync(join(dataDir, name), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)))
    .sort()
}

export function readDataFile(dataDir: string, path: string): AsyncIterable<Buffer> {
  return createReadStream(join(dataDir, path))
}

export function hasDataFile(dataDir: string, path: string): boolean {
  return existsSync(join(dataDir, path))
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
