/**
 * `npm run generate`: everything in the repository that is made from something else: row types from the migrated
 * schema, and the description of the API from the routes. Both are committed; `--check` fails when they are stale.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { openDatabase, type Database } from '../lib/database.ts'
import { createLogger } from '../lib/logger.ts'
import { migrateToLatest } from '../lib/migrator.ts'
import { projectRoot } from '../lib/project-paths.ts'
import { startEmbeddedPostgres } from '../services/embedded-postgres.ts'
import { runScript, say } from './run-script.ts'

const help = `Usage: npm run generate              writes what is made from something else
       npm run check:generated       fails when that would change a file

  services/orchestrator/src/lib/database-types.ts   from the migrations
  services/orchestrator/openapi.json                from the routes and the contract`

const log = createLogger({ nodeEnv: 'production', logLevel: 'warn' })

await runScript({
  help,
  options: { check: { type: 'boolean', default: false } },
  run: async ({ flags }) => {
    // Late, because both bring a lot along that `--help` does not need.
    const { generateDatabaseTypes } = await import('./generate-database-types.ts')
    const { generateOpenapi } = await import('./generate-openapi.ts')
    const server = join(projectRoot, 'services/orchestrator')
    const files = [
      { path: join(server, 'src/lib/database-types.ts'), text: await useThrowAwayDatabase(generateDatabaseTypes) },
      { path: join(server, 'openapi.json'), text: await generateOpenapi() },
    ]
    const stale: string[] = []
    for (const { path, text } of files) {
      const name = relative(projectRoot, path)
      const isCurrent = (await readFile(path, 'utf8').catch(() => null)) === text
      if (!isCurrent && flags.check === true) stale.push(name)
      else if (!isCurrent) await writeFile(path, text)
      if (flags.check !== true) say(`${isCurrent ? 'Unchanged' : 'Written  '} ${name}`)
    }
    if (stale.length > 0) throw new Error(`Stale: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.`)
    if (flags.check === true) say('Generated files are current.')
  },
})

/** A migrated database that is thrown away afterwards. */
async function useThrowAwayDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'craftastic-generate-'))
  try {
    const embedded = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } })
    const database = openDatabase(embedded.url)
    try {
      await migrateToLatest(database.db)
      return await work(database.db)
    } finally {
      await database.close()
      await embedded.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
