/**
 * The processes inside an environment, read from /proc with what every image has; `ps` is missing in many. Programs of
 * the user write the names, and may replace the tools: everything is bounded and taken apart defensively.
 */
import { SshFailure, type SshConnection } from './ssh.ts'

/** `running` is every state that is not one of the others, such as waiting for the disk. */
export type ProcessState = 'running' | 'sleeping' | 'suspended' | 'ended'

export type Process = {
  pid: number
  /** Of the program, at most 15 bytes; the process may have chosen it. */
  name: string
  state: ProcessState
  /** 1 when its parent has ended, 0 when it was started from outside of the container. */
  parentPid: number
  groupId: number
  sessionId: number
}

/** Arguments of each process that was asked for and is still there, cut; the first one is the program. */
export type CommandLines = ReadonlyMap<number, readonly string[]>

const deadlineMs = 5_000
/** An environment has 1,024 processes at the most, with fewer than 400 bytes each. */
const maxOutputBytes = 1024 * 1024
const maxCommandLineBytes = 512

/** All processes. Throws `SshFailure` when the answer holds no table. */
export async function readProcessTable(ssh: SshConnection): Promise<Process[]> {
  const command = ['sh', '-c', 'cat /proc/[0-9]*/stat']
  // Processes that end while they are read make `cat` fail: its exit code says nothing.
  const { stdout } = await ssh.run(command, { deadlineMs, maxOutputBytes })
  const processes = parseProcessTable(stdout.toString('utf8'))
  if (!processes.some(({ pid }) => pid === 1)) throw new SshFailure('the process table could not be read')
  return processes
}

/** A name is raw and may hold anything, a forged line too; it is too short to hold the numbers that follow a real one. */
const statRecord =
  /(\d{1,10}) \(([^]{0,15}?)\) ([A-Za-z]) (\d{1,10}) (\d{1,10}) (\d{1,10})(?: -?\d{1,20}){40,60}(?:\n|$)/y

/** Reads the records of proc_pid_stat(5), one after the other; what is none is left out. */
export function parseProcessTable(table: string): Process[] {
  const processes: Process[] = []
  let position = 0
  while (position < table.length) {
    statRecord.lastIndex = position
    const match = statRecord.exec(table)
    if (match === null) {
      const end = table.indexOf('\n', position)
      position = end === -1 ? table.length : end + 1
      continue
    }
    position = statRecord.lastIndex
    const [, pid, name = '', state = '', parentPid, groupId, sessionId] = match
    processes.push({
      pid: Number(pid),
      name,
      state: readState(state),
      parentPid: Number(parentPid),
      groupId: Number(groupId),
      sessionId: Number(sessionId),
    })
  }
  return processes
}

function readState(letter: string): ProcessState {
  if (letter === 'S' || letter === 'I') return 'sleeping'
  if (letter === 'T') return 'suspended'
  return letter === 'Z' || letter === 'X' ? 'ended' : 'running'
}

/** The command lines of those of `pids` that are still there. Throws `SshFailure` when the answer holds none. */
export async function readCommandLines(ssh: SshConnection, pids: readonly number[]): Promise<CommandLines> {
  // The first process is there for certain: what is missing beside it has ended.
  const files = [1, ...pids].map((pid) => `/proc/${pid}/cmdline`)
  const command = ['head', '-v', '-c', String(maxCommandLineBytes), ...files]
  const { stdout } = await ssh.run(command, { deadlineMs, maxOutputBytes })
  const commandLines = parseCommandLines(stdout.toString('utf8'))
  if (!commandLines.has(1)) throw new SshFailure('the command lines could not be read')
  return commandLines
}

/** Reads what `head -v` printed. A process that mimics its headings can only misname itself or its neighbours. */
export function parseCommandLines(output: string): CommandLines {
  const [, ...parts] = output.split(/(?:^|\n)==> \/proc\/(\d{1,10})\/cmdline <==\n/)
  const commandLines = new Map<number, readonly string[]>()
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const content = parts[index + 1]?.replace(/\0+$/, '') ?? ''
    commandLines.set(Number(parts[index]), content === '' ? [] : content.split('\0'))
  }
  return commandLines
}
