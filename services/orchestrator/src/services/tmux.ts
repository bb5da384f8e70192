/**
 * tmux inside an environment: the argument lists of its commands and the reading of its answers. A private socket, our
 * configuration, UTF-8 (`-u`), and exact targets only: `-t main` would match `mainframe` by prefix, `-t =main` does not.
 */
import { runDirectory } from './run-directory.ts'
import { inDirectory } from './shell-command.ts'
import type { CommandResult, SshConnection } from './ssh.ts'

const tmux = ['tmux', '-u', '-S', `${runDirectory}/tmux.sock`, '-f', `${runDirectory}/tmux.conf`]

/** What tmux says of one of its sessions. */
export type TmuxSession = {
  name: string
  /** Clients that are attached. */
  attached: number
  lastActivity: Date
  /** Program in the foreground of the active pane. */
  currentCommand: string
}

/** One pane of a session. */
export type TmuxPane = {
  sessionName: string
  /** Clients that are attached to its session. */
  attached: number
  /** When a program last wrote to its window, by the clock inside. */
  lastOutput: Date
  /** Of the program it was made for. */
  pid: number
}

/** tmux failed in a way that is not an answer. */
export class TmuxFailure extends Error {
  override name = 'TmuxFailure'
}

/** The container was asked to end and is hanging up its programs. */
class ContainerEnding extends TmuxFailure {
  override name = 'ContainerEnding'
}

/**
 * Attaches to the session, making it in `directory` when it is gone. The name is tmux's own: `new-session -A` compares
 * it exactly.
 */
export function attachCommand(name: string, directory: string): string[] {
  // The directory is entered by the shell: tmux would expand formats, and so run commands, in a `-c` argument.
  return inDirectory(directory, [...tmux, 'new-session', '-A', '-s', name])
}

/** Starts the server; one that runs is success. */
export async function startTmuxServer(ssh: SshConnection): Promise<void> {
  const result = await ssh.run([...tmux, 'start-server'])
  if (result.exitCode !== 0) throw failure('start-server', result)
}

/** Makes the session, detached; one that exists is success. `notice` is shown above its first prompt. */
export async function createTmuxSession(
  ssh: SshConnection,
  name: string,
  directory: string,
  notice: string | null = null,
): Promise<void> {
  const shell = notice === null ? [] : ['sh', '-c', noticeThenShell, 'sh', notice]
  const result = await ssh.run(inDirectory(directory, [...tmux, 'new-session', '-d', '-s', name, ...shell]))
  if (result.exitCode !== 0 && !/duplicate session/.test(words(result))) throw failure('new-session', result)
}

/** Faint, then the shell that tmux would have started. */
const noticeThenShell = 'printf "\\033[2m%s\\033[0m\\n" "$1"; exec "${SHELL:-/bin/sh}"'

/** Ends the session and its programs; one that is gone is success. */
export async function killTmuxSession(ssh: SshConnection, name: string): Promise<void> {
  const result = await ssh.run([...tmux, 'kill-session', '-t', `=${name}`])
  if (result.exitCode !== 0 && !isGone(result)) throw failure('kill-session', result)
}

/**
 * All sessions; none when no tmux server runs. Throws `ContainerEnding` when it does not run because the container is
 * about to end: nobody has closed those sessions.
 */
export async function listTmuxSessions(ssh: SshConnection): Promise<TmuxSession[]> {
  const format = '#{session_name} #{session_attached} #{session_activity} #{pane_current_command}'
  const result = await ssh.run([...tmux, 'list-sessions', '-F', format])
  if (result.exitCode === 0) return parseTmuxSessions(result.stdout.toString('utf8'))
  if (!isGone(result)) throw failure('list-sessions', result)
  const { exitCode } = await ssh.run(['test', '-e', `${runDirectory}/ending`])
  if (exitCode === 0) throw new ContainerEnding('the container is ending')
  return []
}

/** Reads lines of name, attached, activity and command; others, which a program inside may have caused, are left out. */
export function parseTmuxSessions(output: string): TmuxSession[] {
  return output.split('\n').flatMap((line) => {
    const [, name, attached, activity, command] = /^(\S+) (\d+) (\d+) (.*)$/.exec(line) ?? []
    if (name === undefined || command === undefined) return []
    const lastActivity = new Date(Number(activity) * 1000)
    return [{ name, attached: Number(attached), lastActivity, currentCommand: command.slice(0, 200) }]
  })
}

/** The panes of all sessions; none when no tmux server runs. */
export async function listTmuxPanes(ssh: SshConnection): Promise<TmuxPane[]> {
  const format = '#{session_attached} #{window_activity} #{pane_pid} #{session_name}'
  const result = await ssh.run([...tmux, 'list-panes', '-a', '-F', format])
  if (result.exitCode === 0) return parseTmuxPanes(result.stdout.toString('utf8'))
  if (!isGone(result)) throw failure('list-panes', result)
  return []
}

/** Reads lines of attached, activity, process and session; others are left out. */
function parseTmuxPanes(output: string): TmuxPane[] {
  return output.split('\n').flatMap((line) => {
    const [, attached, activity, pid, sessionName] = /^(\d{1,10}) (\d{1,12}) (\d{1,10}) (.+)$/.exec(line) ?? []
    if (sessionName === undefined) return []
    return [
      { sessionName, attached: Number(attached), lastOutput: new Date(Number(activity) * 1000), pid: Number(pid) },
    ]
  })
}

function words(result: CommandResult): string {
  return result.stderr.toString('utf8').trim()
}

function isGone(result: CommandResult): boolean {
  return /no server running|error connecting to|can't find session|no sessions|no current target|server exited unexpectedly/.test(
    words(result),
  )
}

function failure(command: string, result: CommandResult): TmuxFailure {
  return new TmuxFailure(`tmux ${command} ended with ${result.exitCode}: ${words(result).slice(0, 500)}`)
}
