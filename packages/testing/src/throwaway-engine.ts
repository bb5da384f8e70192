/**
 * A container engine of its own beside the machine's, for tests that stop, freeze and kill one. It lives in a directory
 * and in a network namespace of its own: a second `dockerd` in the machine's namespace would remove the first one's
 * default bridge and flush its firewall rules. A cable leads from the namespace to the machine, so that the server
 * reaches containers by their address and containers reach what the machine serves.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { engineVariables } from './engine-environment.ts'

const run = promisify(execFile)

/** What it takes besides `docker` and what every Linux has. */
const programs = { engine: 'dockerd', network: 'ip', enter: 'nsenter' }

const directoryPrefix = 'craftastic-engine-'
const startDeadlineMs = 30_000
const stopDeadlineMs = 30_000
/** Blocks of 65,536 addresses from 10.208.0.0 on; the machine's own engine takes the four before them. */
const firstBlock = 208
const lastBlock = 223

export interface ThrowawayEngine {
  /** Value for DOCKER_HOST. */
  dockerHost: string
  /** Starts it again on the same data after `stop` or `kill`; resolves when it answers. */
  start(options?: EngineStartOptions): Promise<void>
  /** Ends it politely. Its containers end with it, unless it was started with `liveRestore`. */
  stop(): Promise<void>
  /** Ends it with SIGKILL, as a crash would; containers run on until it starts again. */
  kill(): Promise<void>
  /** Halts it: connections are taken, nothing is answered. */
  freeze(): void
  thaw(): void
  /** Ends it and everything it ran, and removes all of it from the machine. */
  remove(): Promise<void>
}

export type EngineStartOptions = {
  /** Containers run on when it ends. */
  liveRestore?: boolean
}

/** Why there can be no such engine on this machine; null when there can. */
export function explainNoThrowawayEngine(): string | null {
  if (process.platform !== 'linux') return 'it takes Linux'
  if (process.getuid?.() !== 0) return 'it takes root'
  const directories = (process.env.PATH ?? '').split(':')
  const missing = Object.values(programs).filter(
    (program) => !directories.some((directory) => existsSync(join(directory, program))),
  )
  return missing.length === 0 ? null : `${missing.join(', ')} is not installed`
}

/**
 * Starts one that has the sandbox image of the machine's engine, and removes what killed runs have left of theirs.
 * @throws Error with the end of its log.
 */
export async function startThrowawayEngine(): Promise<ThrowawayEngine> {
  await removeAbandoned()
  const directory = await mkdtemp(join(tmpdir(), `${directoryPrefix}${process.pid}-`))
  const socketPath = join(directory, 'docker.sock')
  const dockerHost = `unix://${socketPath}`
  const addressPool = await makeNetwork(namesOf(directory))
  let daemon: ChildProcess | null = null

  const spawnDaemon = (liveRestore: boolean) => {
    const log = openSync(join(directory, 'dockerd.log'), 'a')
    const spawned = spawn(
      programs.enter,
      [
        `--net=/run/netns/${namesOf(directory).namespace}`,
        programs.engine,
        `--data-root=${join(directory, 'data')}`,
        `--exec-root=${join(directory, 'exec')}`,
        `--pidfile=${join(directory, 'dockerd.pid')}`,
        `--host=${dockerHost}`,
        `--default-address-pool=base=${addressPool},size=28`,
        `--live-restore=${String(liveRestore)}`,
        '--bridge=none',
        '--iptables=false',
        '--userland-proxy=false',
        '--log-driver=local',
        '--log-level=error',
      ],
      { cwd: '/', detached: true, stdio: ['ignore', log, log] },
    )
    closeSync(log)
    return spawned
  }

  const start = async ({ liveRestore = false }: EngineStartOptions = {}) => {
    const deadline = performance.now() + startDeadlineMs
    daemon = spawnDaemon(liveRestore)
    while (!(await answers(socketPath))) {
      if (performance.now() > deadline) {
        const words = readFileSync(join(directory, 'dockerd.log'), 'utf8').trimEnd().split('\n').slice(-12)
        throw new Error(`the throwaway engine does not start:\n${words.join('\n')}`)
      }
      await sleep(50)
      if (daemon.exitCode === null) continue
      // Docker 20.10 falls over a network that it was killed while making, until somebody removes what it knows of all.
      await rm(join(directory, 'data/network/files/local-kv.db'), { force: true })
      daemon = spawnDaemon(liveRestore)
    }
  }

  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ending = daemon
    daemon = null
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return
    const exited = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    await exited
    // Its containerd ends with it, a moment later; by its pid file an engine that starts would take it for alive.
    while (findProcesses(directory, 'containerd').length > 0) await sleep(20)
    await rm(join(directory, 'exec/containerd/containerd.pid'), { force: true })
  }

  const engine: ThrowawayEngine = {
    dockerHost,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void daemon?.kill('SIGSTOP'),
    thaw: () => void daemon?.kill('SIGCONT'),
    remove: () => removeEngine(directory),
  }
  try {
    await start()
    await copyImage(engineVariables().SANDBOX_IMAGE ?? 'craftastic/sandbox:latest', dockerHost)
  } catch (error) {
    await removeEngine(directory)
    throw error
  }
  return engine
}

type NetworkNames = { namespace: string; cable: string }

/** They follow from the directory, so that what a killed run has left is found by it. */
function namesOf(directory: string): NetworkNames {
  const mark = basename(directory).slice(-6)
  // The name of an interface holds 15 bytes.
  return { namespace: `craftastic-${mark}`, cable: `cte-${mark}` }
}

/** Makes the namespace and the cable to it. Answers the addresses that are the engine's to give out. */
async function makeNetwork({ namespace, cable }: NetworkNames): Promise<string> {
  const block = findFreeBlock()
  const ip = (...args: string[]) => run(programs.network, args)
  const inside = (...args: string[]) => ip('-n', namespace, ...args)
  const addressPool = `10.${block}.128.0/17`
  await ip('netns', 'add', namespace)
  await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  await ip('address', 'add', `10.${block}.0.1/30`, 'dev', cable)
  await ip('link', 'set', cable, 'up')
  await inside('address', 'add', `10.${block}.0.2/30`, 'dev', 'eth0')
  await inside('link', 'set', 'eth0', 'up')
  await inside('link', 'set', 'lo', 'up')
  await inside('route', 'add', 'default', 'via', `10.${block}.0.1`)
  await ip('route', 'add', addressPool, 'via', `10.${block}.0.2`)
  return addressPool
}

function findFreeBlock(): number {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
  for (let block = firstBlock; block <= lastBlock; block += 1) {
    if (!addresses.some(({ address }) => address.startsWith(`10.${block}.`))) return block
  }
  throw new Error(`there are no free addresses from 10.${firstBlock}.0.0 to 10.${lastBlock}.255.255`)
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 1000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}

/** Compilers and languages: two thirds of the sandbox image, and no environment needs them to run. */
const leftOut = [
  './usr/local',
  './usr/include',
  './usr/libexec',
  './usr/bin/*-linux-gnu-*',
  './usr/lib/gcc',
  './usr/lib/python3*',
  './usr/lib/*/*.a',
  './usr/lib/*/lib*san.so.*',
  './usr/share/doc',
  './usr/share/perl',
  './usr/share/vim',
]

const ImageConfig = z.object({ Env: z.array(z.string()), User: z.string(), WorkingDir: z.string() })

/** Gives the engine the machine's image, without the files that are left out: all of them would take twice the time. */
async function copyImage(image: string, dockerHost: string): Promise<void> {
  const { stdout } = await run('docker', ['image', 'inspect', image, '--format', '{{json .Config}}'])
  const { Env, User, WorkingDir } = ImageConfig.parse(JSON.parse(stdout))
  const changes = [...Env.map((variable) => `ENV ${variable}`), `USER ${User}`, `WORKDIR ${WorkingDir}`]
  const container = ['run', '--rm', '--user=0', '--network=none', '--log-driver=none', '--entrypoint=tar', image]
  const excluded = leftOut.map((path) => `--exclude=${path}`)
  const pack = spawn('docker', [...container, '-C', '/', '--one-file-system', ...excluded, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const unpack = spawn(
    'docker',
    ['--host', dockerHost, 'import', ...changes.map((change) => `--change=${change}`), '-', image],
    { stdio: [pack.stdout, 'ignore', 'inherit'] },
  )
  pack.stdout.destroy()
  const codes = await Promise.all([pack, unpack].map((child) => new Promise((resolve) => child.once('exit', resolve))))
  if (codes.some((code) => code !== 0)) throw new Error(`the image "${image}" was not copied`)
}

/** Engines of test runs that were killed: their directories carry the pid of a process that is gone. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${directoryPrefix}(\\d+)-`).exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await removeEngine(join(tmpdir(), name))
  }
}

async function removeEngine(directory: string): Promise<void> {
  const dockerHost = `unix://${join(directory, 'docker.sock')}`
  for (const pid of findProcesses(directory, programs.engine)) {
    process.kill(pid, 'SIGCONT')
    await removeContainers(dockerHost)
    await endProcess(pid)
  }
  // The first process of a container is a child of its shim, and takes all others of the container with it.
  for (const pid of findProcesses(directory)) {
    const { stdout } = await run('ps', ['--ppid', String(pid), '-o', 'pid=']).catch(() => ({ stdout: '' }))
    const children = stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]))
    for (const child of [...children, pid]) signal(child, 'SIGKILL')
  }
  const { namespace } = namesOf(directory)
  // The bridges of its networks and the cable go with it.
  if (existsSync(`/run/netns/${namespace}`)) await run(programs.network, ['netns', 'delete', namespace])
  for (const point of listMounts(directory).reverse()) await run('umount', ['--lazy', point])
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** Removing is quicker than the polite end that the engine gives its containers when it stops. */
async function removeContainers(dockerHost: string): Promise<void> {
  const docker = (...args: string[]) => run('docker', ['--host', dockerHost, ...args], { timeout: stopDeadlineMs })
  const { stdout } = await docker('ps', '--all', '--quiet').catch(() => ({ stdout: '' }))
  const containers = stdout.split('\n').filter((line) => line !== '')
  if (containers.length > 0) await docker('rm', '--force', ...containers).catch(() => null)
}

async function endProcess(pid: number): Promise<void> {
  signal(pid, 'SIGTERM')
  const deadline = performance.now() + stopDeadlineMs
  while (isRunning(pid)) {
    if (performance.now() > deadline) signal(pid, 'SIGKILL')
    await sleep(50)
  }
}

/** The processes of the engine in this directory: what they were started with names it. */
function findProcesses(directory: string, program: string | null = null): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const words = /^\d+$/.test(name) ? readWords(Number(name)) : []
    const isItsOwn = words.some((word) => word.includes(`${directory}/`))
    return isItsOwn && (program === null || basename(words[0] ?? '') === program) ? [Number(name)] : []
  })
}

/** What a process was started with; nothing for one that has ended. */
function readWords(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function isRunning(pid: number): boolean {
  return readWords(pid).some((word) => word !== '')
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

function listMounts(directory: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
  return points.filter((point) => point.startsWith(`${directory}/`))
}
