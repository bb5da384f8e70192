/**
 * Runs git where the connection's commands run (`working-tree.ts`). Every value is one argument, paths come through standard input, output is
 * bounded and everything has a deadline. What the repository's and the user's configuration says of output is overruled, so
 * that it can be read; what it makes git do is theirs, and happens inside the container.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesToText, pathsToBytes } from './git-bytes.ts'
import { cleanWords, GitFailure, isNoRepository } from './git-failure.ts'
import { removeStaleLock } from './git-lock.ts'
import { SshConnectionLost, SshFailure, type CommandResult, type SshConnection } from './ssh.ts'
import { worktreesDirectory } from './working-tree.ts'

/** Hooks may run tests, and a transfer takes as long as a clone may. */
export const longDeadlineMs = 10 * 60_000
const defaultDeadlineMs = 60_000
/** Lists over tens of thousands of files. */
const defaultMaxReadBytes = 32 * 1024 * 1024
/** Of what changes something only words are read. */
const maxWordsBytes = 64 * 1024

const settings = [
  'core.quotePath=false',
  'core.fsmonitor=false',
  'color.ui=false',
  'i18n.logOutputEncoding=UTF-8',
  // Its words would stand before each commit.
  'log.showSignature=false',
]

/** English words, nothing that asks, no editor, no pager. A worktree that is broken is not taken for the workspace. */
const variables = {
  LC_ALL: 'C.UTF-8',
  LANGUAGE: '',
  GIT_TERMINAL_PROMPT: '0',
  SSH_ASKPASS_REQUIRE: 'never',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  GIT_PAGER: 'cat',
  GIT_CEILING_DIRECTORIES: worktreesDirectory,
}

/** Reads take no lock that others would run into. */
export const readVariables = { GIT_OPTIONAL_LOCKS: '0' }
/** For commands that take paths; hooks inherit it, so none that runs hooks may have it. */
export const literalPaths = { GIT_LITERAL_PATHSPECS: '1' }

/** git with the settings that make its output readable. */
export const gitProgram: readonly string[] = ['git', ...settings.flatMap((setting) => ['-c', setting])]

/** The variables that git runs with, as `NAME=value`. */
export function gitEnvironment(more: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries({ ...variables, ...more }).map(([name, value]) => `${name}=${value}`)
}

/** The command line of git with these arguments. */
export function gitCommand(args: readonly string[], more: Readonly<Record<string, string>> = {}): string[] {
  return ['env', ...gitEnvironment(more), ...gitProgram, ...args]
}

export type GitReadOptions = {
  deadlineMs?: number
  maxOutputBytes?: number
  /** Whether more output than that is left out, and git ended; else it is a failure. */
  cut?: boolean
  /** At the end of the arguments. */
  paths?: readonly string[]
  variables?: Readonly<Record<string, string>>
  input?: string | Uint8Array
}

export type GitResult = {
  exitCode: number
  stdout: Buffer
  /** Without credentials. */
  words: string
  /** False when the rest of the output was left out. */
  isComplete: boolean
}

/** Runs what changes nothing. Answers whatever exit code it ends with. */
export async function readGit(
  ssh: SshConnection,
  args: readonly string[],
  options: GitReadOptions = {},
): Promise<GitResult> {
  const { paths, deadlineMs = defaultDeadlineMs, maxOutputBytes = defaultMaxReadBytes, cut = false, input } = options
  const command = gitCommand(args, { ...readVariables, ...literalPaths, ...options.variables })
  const limits = { deadlineMs, maxOutputBytes, onOverflow: cut ? 'end' : 'fail' } as const
  if (paths?.length === 0) throw new TypeError('no paths are not all paths')
  const result = await (paths === undefined
    ? ssh.run(command, { ...limits, ...(input === undefined ? {} : { input }) })
    : ssh.run(['xargs', '-0', ...command, '--'], { ...limits, input: pathsToBytes(paths) }))
  return toGitResult(result)
}

/** The same, and a failure when git fails. */
export async function requireGit(...call: Parameters<typeof readGit>): Promise<GitResult> {
  return requireSuccess(await readGit(...call))
}

export type GitWriteOptions = {
  deadlineMs?: number
  input?: string | Uint8Array
  variables?: Readonly<Record<string, string>>
}

const lockRetriesMs = [50, 100, 200, 400, 800, 1_600]

/**
 * Runs what changes something, once: when the connection breaks under it, nobody knows what became of it, and it must not
 * be repeated. It waits a moment for another git that holds the index, and removes a lock that nobody holds.
 */
export async function writeGit(
  ssh: SshConnection,
  args: readonly string[],
  options: GitWriteOptions = {},
): Promise<GitResult> {
  for (const delayMs of lockRetriesMs) {
    const result = await writeOnce(ssh, args, options)
    if (!isLocked(result)) return result
    await sleep(delayMs)
  }
  const removed = await removeStaleLock(ssh, gitCommand(['rev-parse', '--git-path', 'index.lock'], readVariables))
  const result = await writeOnce(ssh, args, options)
  if (!removed) return result
  return { ...result, words: `A stale lock of the index was removed.\n${result.words}`.trim() }
}

async function writeOnce(ssh: SshConnection, args: readonly string[], options: GitWriteOptions): Promise<GitResult> {
  const { deadlineMs = defaultDeadlineMs, input } = options
  const limits = { deadlineMs, maxOutputBytes: maxWordsBytes, onOverflow: 'drop' } as const
  try {
    const command = gitCommand(args, options.variables)
    return toGitResult(await ssh.run(command, { ...limits, ...(input === undefined ? {} : { input }) }))
  } catch (error) {
    if (!(error instanceof SshFailure)) throw error
    const what = error instanceof SshConnectionLost ? 'The connection broke while git was at work' : undefined
    const words = `${what ?? `git was ended: ${error.message}`}. Look at the repository before you try again.`
    throw new GitFailure('interrupted', words, { cause: error })
  }
}

function isLocked({ exitCode, words }: GitResult): boolean {
  return exitCode !== 0 && /index\.lock'?: File exists/.test(words)
}

function toGitResult({ exitCode, stdout, stderr, overflowed }: CommandResult): GitResult {
  const isCut = overflowed && exitCode === null
  if (exitCode === null && !isCut) {
    throw new GitFailure('refused', 'git was ended by the system; the environment may be out of memory.')
  }
  return {
    exitCode: exitCode ?? 0,
    stdout,
    words: cleanWords(bytesToText(stderr)),
    isComplete: !overflowed,
  }
}

/** What git said to its caller and to a person, in one text. */
export function allWords({ stdout, words }: Pick<GitResult, 'stdout' | 'words'>): string {
  return [cleanWords(bytesToText(stdout)), words].filter((part) => part !== '').join('\n')
}

/** @throws GitFailure with git's words. */
export function requireSuccess(result: GitResult): GitResult {
  if (result.exitCode === 0) return result
  if (isNoRepository(result.words)) throw new GitFailure('no_repository', result.words)
  throw new GitFailure('refused', allWords(result))
}
