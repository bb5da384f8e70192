/** `npm run migrate`: brings the database to the schema of this code. The server does the same when it starts. */
import { listMigrationNames, migrateToLatest } from '../lib/migrator.ts'
import { runScript, say } from './run-script.ts'
import { useDatabase } from './use-database.ts'

const help = `Usage: npm run migrate

Applies every migration that the database does not have yet: the one of DATABASE_URL or, without it, the embedded
one in DATA_DIR, which is started for this when it does not run. Each migration is applied as a whole or not at all.`

await runScript({
  help,
  run: () =>
    useDatabase(async (db) => {
      const steps = await migrateToLatest(db)
      for (const { name } of steps) say(`Applied ${name}`)
      const newest = (await listMigrationNames()).at(-1)
      say(steps.length === 0 ? `The database is up to date (${newest}).` : 'The database is up to date now.')
    }),
})
