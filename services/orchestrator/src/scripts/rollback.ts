/** `npm run migrate:rollback`: takes back the newest migration. What it removed is lost. */
import { rollBack } from '../lib/migrator.ts'
import { runScript, say } from './run-script.ts'
import { useDatabase } from './use-database.ts'

const help = `Usage: npm run migrate:rollback            takes back the newest migration
       npm run migrate:rollback -- --all   takes back all of them

Tables and columns that a migration added are removed with what is in them. Stop the server first: it migrates to the
newest schema when it starts.`

await runScript({
  help,
  options: { all: { type: 'boolean', default: false } },
  run: ({ flags }) =>
    useDatabase(async (db) => {
      const steps = await rollBack(db, { all: flags.all === true })
      for (const { name } of steps) say(`Took back ${name}`)
      if (steps.length === 0) say('There is no migration to take back.')
    }),
})
