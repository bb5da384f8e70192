/**
 * The first process of a container: `docker/start.sh` with the files it installs. Nothing is copied into containers
 * through the engine: its archive calls run code of the container on the host (CVE-2026-41567).
 */
import { readFileSync } from 'node:fs'
import { gitSystemVariable } from './git-identity.ts'
import { gitProxyPort, gitVariables } from './git-settings.ts'
import { agentVariable } from './git-ssh.ts'
import { historyLimitConf } from './history-limit.ts'
import { runDirectory } from './run-directory.ts'
import { sshPort } from './ssh-dial.ts'

const dockerDirectory = new URL('../../docker/', import.meta.url)
const startScript = readFileSync(new URL('start.sh', dockerDirectory), 'utf8')
const withChannelScript = readFileSync(new URL('with-channel.sh', dockerDirectory), 'utf8')
const tmuxConf = readFileSync(new URL('tmux.conf', dockerDirectory), 'utf8')

/** An sshd that serves its standard input and output, for engines whose containers cannot be reached by address. */
export const sshdCommand = [
  'sh',
  '-c',
  `exec "$(command -v sshd || echo /usr/sbin/sshd)" -i -f ${runDirectory}/sshd_config`,
]

export type WayInKeys = {
  /** Host key of the container, private, in OpenSSH format. */
  hostPrivateKey: string
  /** Public key of the server for this environment, one `authorized_keys` line. */
  clientPublicKey: string
}

export type EnvironmentTraits = {
  /** `NAME=value`, as the image has them. */
  imageVariables: string[]
  memoryBytes: number
  /** What its Git reaches through the server. */
  repositoryUrl: string | null
}

/** Command and variables that make an image into an environment. */
export function containerStart(
  keys: WayInKeys,
  { imageVariables, memoryBytes, repositoryUrl }: EnvironmentTraits,
): { command: string[]; variables: Record<string, string> } {
  return {
    command: ['/bin/sh', '-c', 'eval "$CRAFTASTIC_START"'],
    variables: {
      CRAFTASTIC_START: startScript,
      CRAFTASTIC_HOST_KEY: keys.hostPrivateKey,
      CRAFTASTIC_AUTHORIZED_KEYS: keys.clientPublicKey,
      CRAFTASTIC_SSHD_CONFIG: sshdConfig([
        ...imageVariables,
        gitSystemVariable,
        agentVariable,
        ...gitVariables(repositoryUrl, imageVariables),
      ]),
      CRAFTASTIC_TMUX_CONF: `${tmuxConf}\n${historyLimitConf(memoryBytes)}`,
      CRAFTASTIC_WITH_CHANNEL: withChannelScript,
    },
  }
}

/** What the first line of the container's output says; null while it has said nothing. */
export type StartReport = { ready: { user: string } } | { refused: string }

export function readStartReport(output: string): StartReport | null {
  const line = output.split('\n', 1)[0] ?? ''
  if (!output.includes('\n')) return null
  const ready = /^craftastic ready user=([A-Za-z0-9_.-]{1,64})$/.exec(line)
  if (ready?.[1] !== undefined) return { ready: { user: ready[1] } }
  const missing = /^craftastic missing ([a-z ]+)$/.exec(line)
  if (missing?.[1] !== undefined) {
    return { refused: `The image lacks ${missing[1].split(' ').join(', ')}. An environment needs git, tmux and sshd.` }
  }
  const unusable = /^craftastic unusable (.{1,200})$/.exec(line)
  if (unusable?.[1] !== undefined) return { refused: `The image cannot be used: ${unusable[1]}.` }
  return { refused: `The image could not be started: ${line.slice(0, 200)}` }
}

/** sshd drops the image's variables; `SetEnv` hands them on. Only its first occurrence counts, so it is one line. */
function sshdConfig(variables: string[]): string {
  const setEnv = ['LANG=C.UTF-8', ...variables].filter((pair) => /^[A-Za-z_][A-Za-z0-9_]*=[^\n\r\0]*$/.test(pair))
  const byName = new Map(setEnv.map((pair) => [pair.slice(0, pair.indexOf('=')), pair]))
  const quoted = [...byName.values()].map((pair) => `"${pair.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
  return `Port ${sshPort}
AddressFamily inet
ListenAddress 0.0.0.0
HostKey ${runDirectory}/host_key
AuthorizedKeysFile ${runDirectory}/authorized_keys
PidFile none
UsePAM no
StrictModes no
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding remote
PermitListen 127.0.0.1:${gitProxyPort}
GatewayPorts no
AllowStreamLocalForwarding remote
StreamLocalBindUnlink yes
AllowAgentForwarding no
PermitTunnel no
X11Forwarding no
PermitUserRC no
PermitUserEnvironment no
PrintMotd no
PrintLastLog no
UseDNS no
Compression no
MaxSessions 1000
MaxStartups 50
LoginGraceTime 20
ClientAliveInterval 30
ClientAliveCountMax 3
Subsystem sftp internal-sftp
SetEnv ${quoted.join(' ')}
LogLevel ERROR
`
}
