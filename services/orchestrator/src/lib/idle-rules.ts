/**
 * Whether an environment is idle: no attached terminal, no output, and no process but shells at their prompt. When in
 * doubt it is awake, and what keeps it awake is named. Pure: what was seen inside goes in, a verdict comes out.
 */
import type { CommandLines, Process } from '../services/process-table.ts'
import type { TmuxPane } from '../services/tmux.ts'

/** What one look at an environment saw. */
export type IdleLook = {
  panes: readonly TmuxPane[]
  processes: readonly Process[]
  /** Read after the processes: of `processesToRead`, where they are still there. */
  commandLines: CommandLines
  /** Names that people gave to sessions, by tmux's names. */
  sessionNames: ReadonlyMap<string, string>
}

export type IdleVerdict = { awakeReason: string } | { idleSince: Date }

const shells = new Set('sh ash bash dash zsh fish ksh ksh93 mksh csh tcsh nu'.split(' '))

/** They wait for others to ask them and have no work of their own. Names end after 15 bytes. */
const helpers = new Set(
  'ssh-agent gpg-agent keyboxd scdaemon dirmngr dbus-daemon gitstatusd gitstatusd-linu'.split(' '),
)
/** Helpers that are commands of git. */
const gitHelpers = /^(?:fsmonitor--daemon|(?:.*\/)?(?:git-)?credential-cache--daemon)$/

const maxNameCharacters = 60

/** `idleSinceBefore` is what the look before this one found; null when it found the environment awake. */
export function judgeLook(look: IdleLook, idleSinceBefore: Date | null, now: Date): IdleVerdict {
  const awakeReason = findAwakeReason(look)
  if (awakeReason !== null) return { awakeReason }
  const idleSince = look.panes.reduce((newest, { lastOutput }) => {
    // The clock inside may be ahead.
    const output = lastOutput < now ? lastOutput : now
    return output > newest ? output : newest
  }, idleSinceBefore ?? now)
  return { idleSince }
}

/** The processes whose command lines the verdict may need: those that are no part of a program's own tree. */
export function processesToRead({ panes, processes }: Pick<IdleLook, 'panes' | 'processes'>): number[] {
  const { counted } = sortProcesses(panes, processes)
  const isProgram = ({ pid }: Process) => !shells.has(counted.get(pid)?.name ?? '')
  const programs = new Set([...counted.values()].filter(isProgram).map(({ pid }) => pid))
  return [...counted.values()].filter(({ parentPid }) => !programs.has(parentPid)).map(({ pid }) => pid)
}

function findAwakeReason(look: IdleLook): string | null {
  if (look.panes.some(({ attached }) => attached > 0)) return 'A terminal is attached.'
  const { counted, paneProcesses } = sortProcesses(look.panes, look.processes)
  const childrenOf = groupByParent([...counted.values()])

  const seen = new Set<number>()
  for (const { process, pane } of paneProcesses) {
    const busy = findBusy(process, look.commandLines, childrenOf, seen)
    if (busy !== null) return describe(busy, look.commandLines, describePlace(pane, look.sessionNames))
  }
  for (const process of counted.values()) {
    const isRoot = !counted.has(process.parentPid)
    // One without a command line has ended since, as the last shell of a command of the server does.
    if (seen.has(process.pid) || !isRoot || !look.commandLines.has(process.pid)) continue
    if (!isHelper(process, look.commandLines)) return describe(process, look.commandLines, 'in the background')
  }
  return null
}

type PaneProcess = { process: Process; pane: TmuxPane | null }

/** Takes out what belongs to the way in and what has ended; `pane` is null in a tmux server that is not ours. */
function sortProcesses(panes: readonly TmuxPane[], processes: readonly Process[]) {
  const live = processes.filter(({ state }) => state !== 'ended')
  const infrastructure = findWayIn(live)
  const paneOf = new Map(panes.map((pane) => [pane.pid, pane]))
  const tmuxServers = new Set<number>()
  for (const { pid, parentPid, name } of live) {
    if (parentPid === 1 && name === 'tmux: server') tmuxServers.add(pid)
    if (paneOf.has(pid)) tmuxServers.add(parentPid)
  }
  const isCounted = ({ pid }: Process) => !infrastructure.has(pid) && !tmuxServers.has(pid)
  const counted = new Map(live.filter(isCounted).map((process) => [process.pid, process]))
  const paneProcesses: PaneProcess[] = [...counted.values()]
    .filter(({ parentPid }) => tmuxServers.has(parentPid))
    .map((process) => ({ process, pane: paneOf.get(process.pid) ?? null }))
  return { counted, paneProcesses }
}

/**
 * The first process, `start.sh` in the session of the first process, sshd, and everything below them: commands of the
 * server and tmux clients. Such a command leaves a `cat` in its group behind for a moment (`with-channel.sh`); a shell
 * that people use gives each job a group of its own.
 */
function findWayIn(live: readonly Process[]): ReadonlySet<number> {
  const isEntry = ({ name, parentPid, sessionId }: Process) =>
    (parentPid === 1 && sessionId === 1) || (parentPid === 0 && /^sshd(?:-|$)/.test(name))
  const pids = new Set(live.map(({ pid }) => pid))
  const isLeftBehind = ({ name, parentPid, groupId, sessionId }: Process) =>
    name === 'cat' && parentPid === 1 && groupId === sessionId && !pids.has(sessionId)
  const found = new Set([1])
  const childrenOf = groupByParent(live)
  const waiting = live.filter((process) => isEntry(process) || isLeftBehind(process))
  for (const process of waiting) {
    if (found.has(process.pid)) continue
    found.add(process.pid)
    waiting.push(...childrenOf(process.pid))
  }
  return found
}

/** The process nearest to the pane that is at work; null when all of them are shells at their prompt. Adds to `seen`. */
function findBusy(
  paneProcess: Process,
  commandLines: CommandLines,
  childrenOf: (pid: number) => readonly Process[],
  seen: Set<number>,
): Process | null {
  const waiting = [paneProcess]
  for (const process of waiting) {
    if (seen.has(process.pid)) continue
    seen.add(process.pid)
    if (isHelper(process, commandLines)) continue
    if (!isAtPrompt(process, commandLines)) return process
    waiting.push(...childrenOf(process.pid))
  }
  return null
}

function isAtPrompt({ pid, name, state }: Process, commandLines: CommandLines): boolean {
  return shells.has(name) && state === 'sleeping' && isInteractive(commandLines.get(pid) ?? [])
}

const optionsWithValue = new Set(['--rcfile', '--init-file', '-o', '+o', '-O', '+O'])

/** Whether a shell with these arguments takes its commands from a person: it has neither a script nor a command. */
function isInteractive(commandLine: readonly string[]): boolean {
  const [program, ...options] = commandLine
  for (let index = 0; index < options.length; index++) {
    const option = options[index] ?? ''
    if (!/^[-+]./.test(option) || /^-[A-Za-z]*c|^--command/.test(option)) return false
    if (optionsWithValue.has(option)) index++
  }
  return program !== undefined
}

function isHelper({ pid, name }: Process, commandLines: CommandLines): boolean {
  if (helpers.has(name)) return true
  return name.startsWith('git') && (commandLines.get(pid) ?? []).slice(0, 2).some((word) => gitHelpers.test(word))
}

function groupByParent(processes: readonly Process[]): (pid: number) => readonly Process[] {
  const children = Map.groupBy(processes, ({ parentPid }) => parentPid)
  return (pid) => children.get(pid) ?? []
}

function describe(process: Process, commandLines: CommandLines, place: string): string {
  const name = nameProgram(process, commandLines.get(process.pid) ?? [])
  return `"${name}" ${process.state === 'suspended' ? 'is suspended' : 'runs'} ${place}.`
}

function describePlace(pane: TmuxPane | null, sessionNames: ReadonlyMap<string, string>): string {
  if (pane === null) return 'in the background'
  return `in session "${toShow(sessionNames.get(pane.sessionName) ?? pane.sessionName)}"`
}

/**
 * The program and the short word that says what it is about, such as `npm test` or `python3 train.py`. Nothing else of
 * the arguments, which may hold secrets.
 */
function nameProgram({ pid, name }: Process, [program = '', first = '']: readonly string[]): string {
  const subject = lastPart(first)
  const isPlain = /^[./\w]/.test(first) && /^\w[\w.-]{0,31}$/.test(subject)
  return toShow(program === '' ? name : lastPart(program) + (isPlain ? ` ${subject}` : '')) || `process ${pid}`
}

/** Of a path; of a title that a process gave itself, such as `node: worker /a`, all of it. */
function lastPart(word: string): string {
  return /^\/|^\S+$/.test(word) ? (word.split('/').findLast((part) => part !== '') ?? '') : word
}

/** Without control, format and unassigned characters, and short. */
function toShow(name: string): string {
  return Array.from(name.replace(/\p{C}+/gu, ''))
    .slice(0, maxNameCharacters)
    .join('')
    .trim()
}
