/** `npm run migrate:create -- <name>`: starts a migration with the next number. */
import { relative } from 'node:path'
import { migrationsDirectory } from '../lib/migrator.ts'
import { runScript, say } from './run-script.ts'
import { writeMigration } from './write-migration.ts'

const help = `Usage: npm run migrate:create -- <name>

Writes src/migrations/NNN_<name>.ts with the next number and empty "up" and "down". The name says what it does, in lower
case with underscores, such as add_api_tokens.`

await runScript({
  help,
  maxWords: 1,
  run: async ({ words }) => {
    const [name] = words
    if (name === undefined) throw new Error(`A name is missing.\n\n${help}`)
    const path = await writeMigration(migrationsDirectory, name)
    say(`Made ${relative(process.cwd(), path)}. When it is written: npm run migrate, then npm run generate.`)
  },
})
