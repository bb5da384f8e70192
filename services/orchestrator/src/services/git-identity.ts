/**
 * Whose commits are made in an environment, in terminals and by the server alike: the account's name and address. They stand
 * in the system's settings of Git, which those of the user and of a repository win over. So does how Git calls ssh.
 */
import { sshCommand } from './git-ssh.ts'
import { runDirectory } from './run-directory.ts'
import { SshFailure, type SshConnection } from './ssh.ts'

export type GitIdentity = { name: string; email: string }

const settingsPath = `${runDirectory}/gitconfig`

/** `NAME=value`: takes the place of the image's system settings, which are included. */
export const gitSystemVariable = `GIT_CONFIG_SYSTEM=${settingsPath}`

/** Git before 2.41 does not say where the image's settings are. */
const writeSettings = `umask 022
image=$(env -u GIT_CONFIG_SYSTEM git var GIT_CONFIG_SYSTEM 2>/dev/null) || image=/etc/gitconfig
rm -f "$1.new" &&
git config -f "$1.new" -- include.path "$image" &&
git config -f "$1.new" -- user.name "$2" &&
git config -f "$1.new" -- user.email "$3" &&
git config -f "$1.new" -- core.sshCommand "$4" &&
mv "$1.new" "$1"`

/** Throws `SshFailure` when it could not be written. */
export async function writeGitIdentity(ssh: SshConnection, { name, email }: GitIdentity): Promise<void> {
  const written = await ssh.run(['sh', '-c', writeSettings, 'sh', settingsPath, name, email, sshCommand])
  if (written.exitCode === 0) return
  throw new SshFailure(`the settings of git could not be written: ${written.stderr.toString('utf8').slice(0, 500)}`)
}
