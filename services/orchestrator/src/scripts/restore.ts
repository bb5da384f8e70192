/** `npm run restore -- <file>`: a backup becomes an installation, on this machine or another one. */
import { join } from 'node:path'
import { readConfig, readEnvironment, type Config } from '../config.ts'
import { migrateJobQueue } from '../jobs/runner.ts'
import { countOf } from '../lib/backup-progress.ts'
import { withBackup, type Backup } from '../lib/read-backup.ts'
import { restoreBackup } from '../lib/restore-backup.ts'
import { readRestoreJournal } from '../lib/restore-journal.ts'
import { checkDataDirectory } from '../lib/restore-target.ts'
import { openDataDirectory, readSecret } from '../lib/secrets.ts'
import { chooseWorkspaces, parseWorkspaceChoice, type WorkspaceChoice } from '../lib/workspace-choice.ts'
import { createDockerWorkspaces } from '../services/docker-workspaces.ts'
import { resolveGivenPath } from './given-path.ts'
import { runScript, say, untilInterrupted } from './run-script.ts'
import { useDatabase } from './use-database.ts'

const help = `Usage: npm run restore -- [options] <file>

Restores a backup into DATA_DIR, and into the database of DATABASE_URL if that is set. Both must be empty. The backup is checked
as a whole first; an interrupted restore can be run again. Environments that were running are started by the next
\`npm start\`.

  --workspaces=all           every workspace that the backup has (the default)
  --workspaces=none          none: those that are on the container engine are used
  --workspaces=<list>        those of these environments: names or ids, with commas between

The restored installation is the same one, not another: never let both run on one container engine.`

await runScript({
  help,
  maxWords: 1,
  options: { workspaces: { type: 'string', default: 'all' } },
  run: ({ flags, words }) =>
    untilInterrupted(async (signal) => {
      const [word] = words
      if (word === undefined) throw new Error(`The name of a file is missing.\n\n${help}`)
      const path = resolveGivenPath(word)
      const config = readConfig(readEnvironment())
      const choice = parseWorkspaceChoice(String(flags.workspaces))
      const key = {
        encryptionKey: readEncryptionKey(config),
        keyAdvice: `Set ENCRYPTION_KEY to it, or copy the old data directory's file encryption-key to "${config.dataDir}".`,
      }
      const reading = { path, ...key, passphrase: config.backupPassphrase, tell: say, signal }
      await withBackup(reading, (backup) => restore(backup, choice, config, signal))
    }),
})

async function restore(backup: Backup, choice: WorkspaceChoice, config: Config, signal: AbortSignal): Promise<void> {
  const { dataDir } = config
  const { manifest } = backup
  const included = manifest.environments.filter(({ workspace }) => workspace === 'included')
  const chosen = chooseWorkspaces(choice, included)
  checkDataDirectory(dataDir, backup, readRestoreJournal(dataDir))
  openDataDirectory(dataDir)
  const instanceId = config.instanceId ?? manifest.instanceId
  const workspaces = createDockerWorkspaces({ ...config, instanceId, image: config.sandbox.image })
  const given = {
    encryptionKey: config.encryptionKey !== null,
    jwtSecret: config.jwtSecret !== null,
    instanceId: config.instanceId !== null,
  }
  await useDatabase(async (db, { pool, log }) => {
    const prepareQueue = () => migrateJobQueue(pool, log)
    const lost = await restoreBackup(
      { backup, dataDir, given, chosen, workspaces, prepareQueue, tell: say, signal },
      db,
    )
    say(`Restored: ${countOf(manifest.environments.length, 'environment')}, as of ${manifest.createdAt}`)
    if (lost.length > 0)
      say(`Without their workspace: ${lost.join(', ')}. Each says so, and a retry makes an empty one.`)
    say('End the installation that the backup is of before you start this one.')
  })
}

/** Null when this machine has none yet. */
function readEncryptionKey({ encryptionKey, dataDir }: Config): Buffer | null {
  if (encryptionKey !== null) return encryptionKey
  const text = readSecret(join(dataDir, 'encryption-key'))
  return text === null ? null : Buffer.from(text, 'base64')
}
