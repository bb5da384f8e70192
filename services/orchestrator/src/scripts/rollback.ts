/** `npm run migrate:rollback`: takes back the newest migration. What it removed is lost. */
import type { Database } from '../lib/database.ts'
import { refuseNewerDatabase, rollBack } from '../lib/migrator.ts'
import { describeLoss } from './describe-rollback.ts'
import { askYesNo, runScript, say } from './run-script.ts'
import { useDatabase } from './use-database.ts'

const help = `Usage: npm run migrate:rollback                  takes back the newest migration
       npm run migrate:rollback -- --all         takes back all of them, or none if one fails
       npm run migrate:rollback -- --all --yes   the same without asking

Tables and columns that a migration added are removed with what is in them; a database that came from the previous
generation is then again as it was. Stop the server first: it migrates to the newest schema when it starts.`

await runScript({
  help,
  options: { all: { type: 'boolean', default: false }, yes: { type: 'boolean', short: 'y', default: false } },
  run: ({ flags }) =>
    useDatabase(async (db) => {
      const all = flags.all === true
      await refuseNewerDatabase(db)
      if (all && flags.yes !== true && !(await isWanted(db))) return say('Nothing was changed.')
      const steps = await rollBack(db, { all })
      for (const { name } of steps) say(`Took back ${name}`)
      if (steps.length === 0) say('There is no migration to take back.')
    }),
})

async function isWanted(db: Database): Promise<boolean> {
  const loss = await describeLoss(db)
  if (loss === null) return true
  say(loss)
  const answer = await askYesNo('Take back all migrations?')
  if (answer === null) throw new Error('Nothing was changed. There is nobody to ask here: add --yes to go on.')
  return answer
}
