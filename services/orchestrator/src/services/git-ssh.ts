/**
 * How Git inside an environment signs in to SSH hosts: with the one key of the server's agent, and with whatever its
 * user brings. Well-known hosts must have the keys that they publish; another one is believed on the first contact, and
 * must have the same key from then on. What the user's own `~/.ssh/config` says comes first.
 */
import { runDirectory } from './run-directory.ts'
import { SshFailure, type SshConnection } from './ssh.ts'

/** Where the agent listens in every container. */
export const agentSocketPath = `${runDirectory}/agent.sock`

/** `NAME=value`, for every program of the environment. */
export const agentVariable = `SSH_AUTH_SOCK=${agentSocketPath}`

const configPath = `${runDirectory}/ssh_config`
const knownHostsPath = `${runDirectory}/known_hosts`

/** `core.sshCommand` of the system's settings, which those of the user and of a repository win over. */
export const sshCommand = `ssh -F ${configPath}`

/** The same for a clone, at which nobody can be asked. A host that says nothing for `stallSeconds` is given up. */
export function cloneSshCommand(stallSeconds: number): string {
  const aliveInterval = Math.max(1, Math.floor(stallSeconds / 3))
  return `${sshCommand} -o BatchMode=yes -o ServerAliveInterval=${aliveInterval} -o ServerAliveCountMax=3`
}

/**
 * As their hosts publish them: docs.github.com "GitHub's SSH key fingerprints", docs.gitlab.com "SSH host keys
 * fingerprints", support.atlassian.com "Configure SSH and two-step verification", docs.codeberg.org "Verify SSH
 * fingerprints".
 */
const wellKnownHosts: Readonly<Record<string, string>> = {
  'github.com': 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  'gitlab.com': 'AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf',
  'bitbucket.org': 'AAAAC3NzaC1lZDI1NTE5AAAAIIazEu89wgQZ4bqs3d63QSMzYVa0MuJ2e2gKTKqu+UUO',
  'codeberg.org': 'AAAAC3NzaC1lZDI1NTE5AAAAIIVIC02vnjFyL+I4RHfvIGNtOgJMe769VTF1VR4EB3ZB',
}

const knownHosts = Object.entries(wellKnownHosts)
  .map(([host, key]) => `${host} ssh-ed25519 ${key}\n`)
  .join('')

/** The first value that ssh meets counts. A host that has a key must not get by with one of another kind. */
const config = `Include ~/.ssh/config
Host ${Object.keys(wellKnownHosts).join(' ')}
  StrictHostKeyChecking yes
Host *
  StrictHostKeyChecking accept-new
  GlobalKnownHostsFile ${knownHostsPath} /etc/ssh/ssh_known_hosts
  ConnectTimeout 15
Include /etc/ssh/ssh_config
`

const write = 'umask 022; printf %s "$2" >"$1.new" && mv "$1.new" "$1" && printf %s "$4" >"$3.new" && mv "$3.new" "$3"'

/** Throws `SshFailure` when it could not be written. */
export async function writeSshConfig(ssh: SshConnection): Promise<void> {
  const written = await ssh.run(['sh', '-c', write, 'sh', configPath, config, knownHostsPath, knownHosts])
  if (written.exitCode === 0) return
  throw new SshFailure(`the settings of ssh could not be written: ${written.stderr.toString('utf8').slice(0, 500)}`)
}
