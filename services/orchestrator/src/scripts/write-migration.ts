/** A new migration: the next number, and a `down` to remember. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrationFilePattern } from '../lib/migrator.ts'

const template = `import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql\`\`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql\`\`.execute(db)
}
`

/**
 * Writes `NNN_<name>.ts` into a directory of migrations and answers its path. Numbers are never filled in.
 * @throws Error in words when the name is none.
 */
export async function writeMigration(directory: string, name: string): Promise<string> {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is not a name for a migration: lower case letters, digits and single underscores.`)
  }
  const numbers = (await readdir(directory)).flatMap((file) => migrationFilePattern.exec(file)?.[1]?.slice(0, 3) ?? [])
  const number = Math.max(0, ...numbers.map(Number)) + 1
  const path = join(directory, `${String(number).padStart(3, '0')}_${name}.ts`)
  await writeFile(path, template, { flag: 'wx' })
  return path
}
