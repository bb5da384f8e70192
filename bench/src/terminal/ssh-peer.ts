/**
 * A floor: a tmux client on an SSH channel from this process, over the server's own way in, with no web part. So what lies
 * between the two is the web part alone.
 */
import { execFileSync } from 'node:child_process'
import { connect } from 'node:net'
import { openSshConnection, type SshConnection } from '../../../services/orchestrator/src/services/ssh.ts'
import { generateSshKeyPair } from '../../../services/orchestrator/src/services/ssh-keys.ts'
import { size, tmux, type Peer } from './peer.ts'

/** The connection, which all terminals of an environment share, stands before anything is measured. */
export async function sshPeer(environmentId: string): Promise<{ peer: Peer; close(): void }> {
  const connection = await openConnection(environmentId)
  const open: Peer['open'] = async ({ tmuxSessionName }) => {
    const channel = await connection.openTerminal([...tmux, 'attach', '-t', `=${tmuxSessionName}`], size)
    let listener: (chunk: Buffer) => void = () => {}
    channel.output.on('data', (chunk: Buffer) => listener(chunk))
    return {
      write: (input) => void channel.write(Buffer.from(input, 'utf8')),
      listen: (next) => void (listener = next),
      close: () => channel.close(),
    }
  }
  return { peer: { name: 'floor: SSH channel', open }, close: () => connection.close() }
}

/** With a key of its own, which is let in beside the server's. */
async function openConnection(environmentId: string): Promise<SshConnection> {
  const { privateKey, publicKey } = generateSshKeyPair('bench')
  const container = `craftastic-${environmentId}`
  const inside = (...command: string[]) =>
    execFileSync('docker', ['exec', '--user', '1000:1000', container, ...command], { encoding: 'utf8' }).trim()
  inside('sh', '-c', 'printf "%s\\n" "$1" >> /run/craftastic/authorized_keys', 'sh', publicKey)
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
  const host = execFileSync('docker', ['inspect', '--format', format, container], { encoding: 'utf8' }).trim()
  const hostPublicKey = inside('ssh-keygen', '-y', '-f', '/run/craftastic/host_key')
  const socket = connect({ host, port: 2222, noDelay: true })
  return openSshConnection(socket, { user: inside('id', '-un'), privateKey, hostPublicKey })
}
