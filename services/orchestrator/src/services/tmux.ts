/**
 * tmux inside an environment: the argument lists of its commands and the reading of its answers. A private socket, our
 * configuration, UTF-8 (`-u`), and exact targets only: `-t main` would match `mainframe` by prefix, `-t =main` does not.
 */
import { RecordingFileName } from '@craftastic/contract'
import { z } from 'zod'
import { runDirectory } from './run-directory.ts'
import { inDirectory } from './shell-command.ts'
import type { CommandResult, SshConnection } from './ssh.ts'

export const tmux = ['tmux', '-u', '-S', `${runDirectory}/tmux.sock`, '-f', `${runDirectory}/tmux.conf`]

/** What tmux says of one of its sessions. */
export type TmuxSession = {
  name: string
  /** Terminals that are attached. */
  attached: number
  /** Null when nothing was done in it since a control connection looked at it. */
  lastActivity: Date | null
  /** Program in the foreground of the active pane. */
  currentCommand: string
  currentDirectory: string | null
  /** That a program chose. */
  title: string | null
  /** How often its bell rang so far. */
  bells: number
  /** The file that it is being recorded into, until somebody ends that; null: it is not (`tmux-recording.ts`). */
  recording: string | null
  /** Somebody writes that file now. */
  hasRecorder: boolean
}

/** One pane of a session. */
export type TmuxPane = {
  sessionName: string
  /** Terminals that are attached to its session. */
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
export function attachCommand(name: string, directory: string, client: AttachingClient): string[] {
  const flags = client.sizeCounts ? [] : ['-f', 'ignore-size']
  return startingClient(client.id, directory, ['new-session', '-A', ...flags, '-s', name])
}

/** The same for a session that is there: one that is gone stays gone, and the client ends without a word. */
export function attachAgainCommand(name: string, client: AttachingClient): string[] {
  const flags = client.sizeCounts ? [] : ['-f', 'ignore-size']
  return startingClient(client.id, '/', ['attach-session', ...flags, '-t', `=${name}`])
}

export type AttachingClient = {
  id: string
  /** Whether its size counts while others are attached. */
  sizeCounts: boolean
}

/**
 * Attaches to watch: no key does anything, the size counts for nothing while anybody else is attached, and a session
 * that is gone stays gone.
 */
export function watchCommand(name: string, id: string): string[] {
  return startingClient(id, '/', ['attach-session', '-f', 'read-only,ignore-size', '-t', `=${name}`])
}

/** Where the id of the client on each pseudo-terminal is kept; the next one on it writes over it. */
const clientDirectory = `${runDirectory}/clients`

/**
 * One shell that becomes the client, because somebody waits for the redraw: its own words start no program, as sshd has
 * told the name of the pseudo-terminal. The directory is entered here: tmux would expand formats, and so run commands, in
 * a `-c` argument. What a client says on standard error is that there is nothing to attach to, which is no output of a
 * session.
 */
function startingClient(id: string, directory: string, command: readonly string[]): string[] {
  const remember = '[ -d "$2" ] || mkdir -p "$2"; echo "$3" >"$2/${SSH_TTY##*/}"'
  const script = `cd -- "$1" 2>/dev/null || cd; ${remember}; shift 3; exec "$@" 2>/dev/null`
  return ['sh', '-c', script, 'sh', directory, clientDirectory, id, ...tmux, ...command]
}

/** A client, with the id under which it was started. */
export type TmuxClient = { id: string; terminal: string }

/** The clients that were started with an id. */
export async function listTmuxClients(ssh: SshConnection): Promise<TmuxClient[]> {
  const clients = await ssh.run([...tmux, 'list-clients', '-F', '#{client_tty}'])
  if (clients.exitCode !== 0 && !isGone(clients)) throw failure('list-clients', clients)
  const attached = new Set(clients.stdout.toString('utf8').split('\n'))
  const ids = await ssh.run(['grep', '-rH', '', clientDirectory])
  return ids.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, number, id] = /\/(\d{1,6}):(\S{1,100})$/.exec(line) ?? []
      const terminal = `/dev/pts/${number}`
      return id !== undefined && attached.has(terminal) ? [{ id, terminal }] : []
    })
}

/** Sends a client away; one that is gone is success. */
export async function detachTmuxClient(ssh: SshConnection, terminal: string): Promise<void> {
  const result = await ssh.run([...tmux, 'detach-client', '-t', terminal])
  if (result.exitCode !== 0 && !isGone(result)) throw failure('detach-client', result)
}

/** Whether the size of a client counts from now on; one that is gone is success. */
export async function setClientSizeCounts(ssh: SshConnection, id: string, counts: boolean): Promise<void> {
  const find = await ssh.run(['grep', '-rlxF', '--', id, clientDirectory])
  const terminal = find.stdout.toString('utf8').trim().split('/').at(-1) ?? ''
  if (!/^\d{1,6}$/.test(terminal)) return
  const flag = counts ? '!ignore-size' : 'ignore-size'
  const result = await ssh.run([...tmux, 'refresh-client', '-t', `/dev/pts/${terminal}`, '-f', flag])
  if (result.exitCode !== 0 && !isGone(result)) throw failure('refresh-client', result)
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

export async function hasTmuxSession(ssh: SshConnection, name: string): Promise<boolean> {
  const result = await ssh.run([...tmux, 'has-session', '-t', `=${name}`])
  if (result.exitCode !== 0 && !isGone(result)) throw failure('has-session', result)
  return result.exitCode === 0
}

/** Faint, then the shell that tmux would have started. */
const noticeThenShell = 'printf "\\033[2m%s\\033[0m\\n" "$1"; exec "${SHELL:-/bin/sh}"'

/** A control connection to whichever session tmux thinks best: `tmux-control.ts`. Ends with its input. */
export const controlCommand = [...tmux, '-C', 'attach-session', '-f', 'no-output,ignore-size,read-only']

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
  const result = await ssh.run([...tmux, 'list-sessions', '-F', sessionFormat('#{session_activity}')])
  if (result.exitCode === 0) return parseTmuxSessions(result.stdout.toString('utf8'))
  if (!isGone(result)) throw failure('list-sessions', result)
  const { exitCode } = await ssh.run(['test', '-e', `${runDirectory}/ending`])
  if (exitCode === 0) throw new ContainerEnding('the container is ending')
  return []
}

const maxShownCharacters = 200
const maxDirectoryCharacters = 1024

/**
 * What `TmuxSession` needs, between tabs. Programs choose the last fields: tmux itself takes control characters out of
 * them, so that none can end a field, a line or a notification, and cuts them. `activity` is a time in seconds.
 */
export function sessionFormat(activity: string): string {
  const clean = (name: string, length: number) => `#{=${length};s/[\x01-\x1f\x7f]/ /:${name}}`
  return [
    '#{session_name}',
    '#{session_attached_list}',
    activity,
    '#{session_last_attached}',
    '#{@bells}',
    clean('@recording', maxShownCharacters),
    hasRecorder,
    clean('pane_current_command', maxShownCharacters),
    clean('pane_current_path', maxDirectoryCharacters),
    `#{?#{==:#{pane_title},#{host}},,${clean('pane_title', maxShownCharacters)}}`,
  ].join('\t')
}

/**
 * 1 while the recorder is there. It is named by tmux's own list of clients, which is true of a server that was killed as
 * well: no clock, and nobody else to ask.
 */
export const hasRecorder = '#{&&:#{!=:#{@recorder},},#{m:*#,#{@recorder}#,*,#,#{session_attached_list}#,}}'

const Seconds = z.string().regex(/^\d{0,12}$/)

/** The fields of `sessionFormat`. */
const SessionFields = z.tuple([
  z.string().regex(/^\S{1,256}$/),
  z.string(),
  Seconds.min(1),
  Seconds,
  z.string().regex(/^\d{0,15}$/),
  RecordingFileName.nullable().catch(null),
  z.enum(['0', '1']),
  z.string().transform((text) => toShown(text, maxShownCharacters)),
  z.string().transform((text) => toShown(text, maxDirectoryCharacters)),
  z.string().transform((text) => toShown(text, maxShownCharacters)),
])

/** Reads lines of `sessionFormat`; others, which a program inside may have caused, are left out. */
export function parseTmuxSessions(output: string, separator = '\n'): TmuxSession[] {
  return output.split(separator).flatMap((line) => {
    const fields = SessionFields.safeParse(line.split('\t'))
    if (!fields.success) return []
    const [name, clients, activity, lastAttached, bells, recording, recorder, command, directory, title] = fields.data
    const attached = countTerminals(clients)
    // Attaching counts as activity for tmux, also that of a control connection.
    const isOnlyLook = attached === 0 && activity === lastAttached
    return [
      {
        name,
        attached,
        lastActivity: isOnlyLook ? null : new Date(Number(activity) * 1000),
        currentCommand: command,
        currentDirectory: directory.startsWith('/') ? directory : null,
        title: title === '' ? null : title,
        bells: Number(bells),
        recording,
        hasRecorder: recorder === '1',
      },
    ]
  })
}

/** Of tmux's list of clients, those on a terminal: a control connection (`tmux-control.ts`) has a name that is no path. */
function countTerminals(clients: string): number {
  return clients.split(',').filter((name) => name.startsWith('/')).length
}

/** Without control, format and unassigned characters, and short. */
function toShown(text: string, maxCharacters: number): string {
  return text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, maxCharacters)
}

/** The panes of all sessions; none when no tmux server runs. */
export async function listTmuxPanes(ssh: SshConnection): Promise<TmuxPane[]> {
  const format = '#{window_activity} #{pane_pid} #{session_name} #{session_attached_list}'
  const result = await ssh.run([...tmux, 'list-panes', '-a', '-F', format])
  if (result.exitCode === 0) return parseTmuxPanes(result.stdout.toString('utf8'))
  if (!isGone(result)) throw failure('list-panes', result)
  return []
}

/** Reads lines of activity, process, session and clients; others are left out. */
function parseTmuxPanes(output: string): TmuxPane[] {
  return output.split('\n').flatMap((line) => {
    const [, activity, pid, sessionName, clients] = /^(\d{1,12}) (\d{1,10}) (.+) (\S*)$/.exec(line) ?? []
    if (sessionName === undefined || clients === undefined) return []
    const attached = countTerminals(clients)
    return [{ sessionName, attached, lastOutput: new Date(Number(activity) * 1000), pid: Number(pid) }]
  })
}

function words(result: CommandResult): string {
  return result.stderr.toString('utf8').trim()
}

/** The session, the client, or the whole server is not there. */
export function isGone(result: CommandResult): boolean {
  return /no server running|error connecting to|can't find (?:session|client)|no sessions|no current target|server exited unexpectedly/.test(
    words(result),
  )
}

export function failure(command: string, result: CommandResult): TmuxFailure {
  return new TmuxFailure(`tmux ${command} ended with ${result.exitCode}: ${words(result).slice(0, 500)}`)
}
