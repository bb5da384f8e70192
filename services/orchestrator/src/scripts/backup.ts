/** `npm run backup -- <file>`: the installation in one file, while it runs. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readConfig, readEnvironment, type Config } from '../config.ts'
import { countOf, formatBytes } from '../lib/backup-progress.ts'
import { createBackup } from '../lib/create-backup.ts'
import { refuseInside } from '../lib/data-files.ts'
import { projectRoot } from '../lib/project-paths.ts'
import { refuseUnfinishedRestore } from '../lib/restore-journal.ts'
import { readSecret, readSecrets, type Secrets } from '../lib/secrets.ts'
import { parseWorkspaceChoice } from '../lib/workspace-choice.ts'
import { createBackupFile } from '../services/backup-file.ts'
import { createDockerWorkspaces } from '../services/docker-workspaces.ts'
import { resolveGivenPath } from './given-path.ts'
import { runScript, say, untilInterrupted } from './run-script.ts'
import { useDatabase } from './use-database.ts'

const help = `Usage: npm run backup -- [options] <file>

Writes the database, the files of the data directory and the workspaces into one file, which nobody else may read. Servers and
environments go on working: the database is of one moment, each workspace of the moments in which it is read.

  --workspaces=all           every workspace (the default)
  --workspaces=none          none
  --workspaces=<list>        those of these environments: names or ids, with commas between
  --with-keys                takes the installation's keys along, sealed with BACKUP_PASSPHRASE

Without --with-keys the backup names the encryption key and does not hold it: it restores only where the same key is set. Keep a
copy of it elsewhere. Restore with: npm run restore -- <file>`

await runScript({
  help,
  maxWords: 1,
  options: { workspaces: { type: 'string', default: 'all' }, 'with-keys': { type: 'boolean', default: false } },
  run: ({ flags, words }) =>
    untilInterrupted(async (signal) => {
      const [word] = words
      if (word === undefined) throw new Error(`The name of a file is missing.\n\n${help}`)
      const path = resolveGivenPath(word)
      const config = readConfig(readEnvironment())
      refuseInside(config.dataDir, path)
      const choice = parseWorkspaceChoice(String(flags.workspaces))
      const passphrase = flags['with-keys'] === true ? choosePassphrase(config) : null
      const secrets = readInstalledSecrets(config)
      refuseUnfinishedRestore(config.dataDir)
      const writer = await createBackupFile(path)
      try {
        const workspaces = createDockerWorkspaces({ ...config, ...secrets, image: config.sandbox.image })
        const productVersion = readProductVersion()
        const given = {
          writer,
          dataDir: config.dataDir,
          secrets,
          passphrase,
          choice,
          workspaces,
          productVersion,
          signal,
        }
        await useDatabase(async (db) => {
          const { environments, encryptionKeyId } = await createBackup({ ...given, tell: say }, db)
          const bytes = await writer.finish()
          say(`Written: ${path} (${formatBytes(bytes)}, ${countOf(environments.length, 'environment')})`)
          if (passphrase === null) say(describeKeyOutside(config, encryptionKeyId))
        })
      } catch (error) {
        await writer.discard()
        throw error
      }
    }),
})

function choosePassphrase({ backupPassphrase }: Config): string {
  if (backupPassphrase !== null) return backupPassphrase
  throw new Error('--with-keys needs a passphrase: set BACKUP_PASSPHRASE, at least 12 characters.')
}

/** Those that are there: a backup makes nothing. */
function readInstalledSecrets(config: Config): Secrets {
  const { dataDir, databaseUrl } = config
  const hasDatabase = databaseUrl !== null || existsSync(join(dataDir, 'postgres/cluster/PG_VERSION'))
  const names = {
    'instance-id': config.instanceId,
    'encryption-key': config.encryptionKey,
    'jwt-secret': config.jwtSecret,
  }
  const missing = Object.entries(names).find(
    ([name, given]) => given === null && readSecret(join(dataDir, name)) === null,
  )
  if (hasDatabase && missing === undefined) return readSecrets(config)
  throw new Error(`There is no installation in "${dataDir}" to back up. Set DATA_DIR to where it is.`)
}

function describeKeyOutside({ encryptionKey, dataDir }: Config, keyId: string): string {
  const where = encryptionKey === null ? `the file ${join(dataDir, 'encryption-key')}` : 'your ENCRYPTION_KEY'
  return `The encryption key ${keyId} is not in it. Keep a copy of ${where} elsewhere, or make backups with --with-keys.`
}

function readProductVersion(): string {
  const text = readFileSync(join(projectRoot, 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
