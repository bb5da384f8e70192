/** `npm run migrate`: brings the database to the schema of this code. The server does the same when it starts. */
import type { Database } from '../lib/database.ts'
import { countLegacyData, legacyMigration } from '../lib/legacy-data.ts'
import { listMigrationNames, migrateToLatest } from '../lib/migrator.ts'
import { count, runScript, say } from './run-script.ts'
import { useDatabase } from './use-database.ts'

const help = `Usage: npm run migrate

Applies every migration that the database does not have yet: the one of DATABASE_URL or, without it, the embedded
one in DATA_DIR, which is started for this when it does not run. All of them are applied, or none if one fails.
Stop the program of the previous generation before it, see docs/upgrading.md.`

await runScript({
  help,
  run: () =>
    useDatabase(async (db) => {
      const steps = await migrateToLatest(db)
      for (const { name } of steps) say(`Applied ${name}`)
      if (steps.some(({ name }) => name === legacyMigration)) await tellLegacyData(db)
      const newest = (await listMigrationNames()).at(-1)
      say(steps.length === 0 ? `The database is up to date (${newest}).` : 'The database is up to date now.')
    }),
})

async function tellLegacyData(db: Database): Promise<void> {
  const legacy = await countLegacyData(db)
  if (legacy === null) return
  const { sessions, environments, owners } = legacy
  say(
    `Took over ${count(sessions, 'session')} of the previous generation: ${count(environments, 'environment')} of ` +
      `${count(owners, 'owner')}, disabled until an admin hands their environments over (docs/upgrading.md).`,
  )
}
