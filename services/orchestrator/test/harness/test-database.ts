/** A database for one test file: a copy of the migrated template, or an empty one for tests of the migrations. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../src/lib/database.ts'

export interface TestDatabase extends OpenDatabase {
  url: string
  /** Closes the connections and drops the database. */
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /** Without tables. */
  empty?: boolean
  /** Where the database is reached, when not directly. */
  port?: number
}

export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const templateUrl = new URL(inject('templateUrl'))
  const template = templateUrl.pathname.slice(1)
  const name = `test_${randomBytes(6).toString('hex')}`
  await runAsOwner(`create database ${name} template ${options.empty === true ? 'template0' : template}`)
  const url = new URL(templateUrl)
  url.pathname = `/${name}`
  if (options.port !== undefined) url.port = String(options.port)
  const database = openDatabase(url.href)
  return {
    ...database,
    url: url.href,
    drop: async () => {
      await database.close()
      await runAsOwner(`drop database ${name} with (force)`)
    },
  }
}

async function runAsOwner(statement: string): Promise<void> {
  const url = new URL(inject('templateUrl'))
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
