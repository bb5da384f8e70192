/** A floor: a tmux client on an SSH channel from this process, as the server opens it, with no web part. */
import { execFileSync } from 'node:child_process'
import ssh2 from 'ssh2'
import { size, tmux, type Peer } from './peer.ts'

/** The connection, which all terminals of an environment share, stands before anything is measured. */
export async function sshPeer(environmentId: string): Promise<{ peer: Peer; close(): void }> {
  const connection = await connect(environmentId)
  const open: Peer['open'] = async ({ tmuxSessionName }) => {
    const command = `${tmux} attach -t '=${tmuxSessionName}'`
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      const pty = { ...size, width: 0, height: 0, term: 'xterm-256color' }
      connection.exec(command, { pty }, (error, opened) => (error ? reject(error) : resolve(opened)))
    })
    let listener: (chunk: Buffer) => void = () => {}
    channel.on('data', (chunk: Buffer) => listener(chunk))
    return {
      write: (input) => void channel.write(input),
      listen: (next) => void (listener = next),
      close: () => channel.close(),
    }
  }
  return { peer: { name: 'floor: SSH channel', open }, close: () => void connection.end() }
}

/** With a key of its own, which is let in beside the server's. */
async function connect(environmentId: string): Promise<ssh2.Client> {
  const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  const container = `craftastic-${environmentId}`
  const inside = (...command: string[]) =>
    execFileSync('docker', ['exec', '--user', '1000:1000', container, ...command], { encoding: 'utf8' }).trim()
  inside('sh', '-c', 'printf "%s\\n" "$1" >> /run/craftastic/authorized_keys', 'sh', key.public)
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
  const host = execFileSync('docker', ['inspect', '--format', format, container], { encoding: 'utf8' }).trim()
  const connection = new ssh2.Client()
  await new Promise<void>((resolve, reject) => {
    connection.once('ready', resolve)
    connection.once('error', reject)
    connection.connect({
      host,
      port: 2222,
      username: inside('id', '-un'),
      privateKey: key.private,
      algorithms: { cipher: ['aes128-gcm@openssh.com'] },
    })
  })
  connection.setNoDelay(true)
  return connection
}
