/**
 * A Git server over SSH for tests: OpenSSH and Git in a container of the sandbox image, with one private repository. It
 * is reached through a port of this process, because containers of different networks do not reach each other.
 */
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { hostAddress } from './git-server.ts'

const run = promisify(execFile)

export interface SshGitServer {
  /** Such as `ssh://172.17.0.1:41234`: the entry for GIT_ALLOWED_HOSTS. */
  origin: string
  /** `host:port`. */
  host: string
  /** The private repository: one commit of the file `a` on the branch `main`. */
  url: string
  /** Fingerprint of its host key. */
  hostFingerprint: string
  /** From now on these public keys, and no others, may read and write. */
  allow(...publicKeys: string[]): Promise<void>
  /** Runs git in the repository; answers what it printed. */
  git(...args: string[]): Promise<string>
  /** From now on it has another host key. */
  changeHostKey(): Promise<void>
  close(): Promise<void>
}

const user = 'dev'
const repository = '/tmp/private.git'
const config = `AuthorizedKeysFile /tmp/authorized_keys
HostKey /tmp/host_key
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
`
const setUp = `set -e
printf '%s' "$1" >/tmp/sshd_config
: >/tmp/authorized_keys
ssh-keygen -q -t ed25519 -N '' -f /tmp/host_key
git init -q --bare -b main ${repository}
git clone -q ${repository} /tmp/work 2>/dev/null && cd /tmp/work && git switch -q -c main
echo one >a && git add a && git -c user.name=Tester -c user.email=tester@example.org commit -qm first
git push -q origin main && rm -rf /tmp/work`

/** Serves until `close`. */
export async function startSshGitServer(): Promise<SshGitServer> {
  const name = `craftastic-test-ssh-${randomUUID()}`
  const image = process.env.SANDBOX_IMAGE ?? 'craftastic/sandbox:latest'
  await run('docker', ['run', '--detach', '--rm', '--name', name, '--user', '1000:1000', image, 'sleep', '3600'])
  const inside = async (...command: string[]) => (await run('docker', ['exec', name, ...command])).stdout.trim()
  const readFingerprint = async () => (await inside('ssh-keygen', '-lf', '/tmp/host_key')).split(' ')[1] ?? ''
  await inside('sh', '-c', setUp, 'sh', config)
  let hostFingerprint = await readFingerprint()

  const server = createServer((socket) => serve(name, socket))
  const address = hostAddress()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the Git server has no port')
  const host = `${address}:${bound.port}`
  return {
    origin: `ssh://${host}`,
    host,
    url: `ssh://${user}@${host}${repository}`,
    get hostFingerprint() {
      return hostFingerprint
    },
    allow: async (...publicKeys) => {
      await inside('sh', '-c', 'printf "%s\\n" "$@" >/tmp/authorized_keys', 'sh', ...publicKeys)
    },
    git: (...args) => inside('git', '-C', repository, ...args),
    changeHostKey: async () => {
      await inside('sh', '-c', "rm /tmp/host_key && ssh-keygen -q -t ed25519 -N '' -f /tmp/host_key")
      hostFingerprint = await readFingerprint()
    },
    close: async () => {
      server.close()
      await run('docker', ['rm', '--force', name])
    },
  }
}

function serve(name: string, socket: Socket): void {
  const sshd = spawn('docker', ['exec', '-i', name, '/usr/sbin/sshd', '-i', '-f', '/tmp/sshd_config'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  for (const stream of [socket, sshd.stdin, sshd.stdout]) stream.on('error', () => socket.destroy())
  socket.on('close', () => sshd.stdin.end())
  socket.pipe(sshd.stdin)
  sshd.stdout.pipe(socket)
}
