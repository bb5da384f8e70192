/**
 * What is only in a workspace, as a Git bundle: made and read inside the environment by `docker/keep-work.sh` and
 * `docker/restore-work.sh`, carried over the way in. What comes out is bounded and has deadlines.
 */
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { bytesToText } from './git-bytes.ts'
import { cleanWords } from './git-failure.ts'
import { SshFailure, type CommandResult, type SshConnection } from './ssh.ts'
import { readWorkScript } from './work-scripts.ts'

const keepScript = readWorkScript('keep-work')
const restoreScript = readWorkScript('restore-work')

const directory = '/workspace/.craftastic-kept'
const bundlePath = `${directory}/work.bundle`

/** A history of up to this many bytes goes along, so that the bundle needs nobody else. */
const fullHistoryBytes = 32 * 1024 * 1024
/** Text shrinks to a quarter; what is larger before would not fit afterwards. */
const shrinkFactor = 4

const gatherDeadlineMs = 240_000
const carryDeadlineMs = 300_000
/** What was left to other hosts is fetched again. */
const restoreDeadlineMs = 600_000
const clearDeadlineMs = 30_000

/** `tooLarge`: it is more than may be kept. The message is for people. */
export class WorkBundleFailure extends Error {
  override name = 'WorkBundleFailure'
  readonly reason: 'unreadable' | 'tooLarge'
  /** What git said. */
  readonly output: string
  constructor(reason: 'unreadable' | 'tooLarge', words: string, output = '') {
    super(words)
    this.reason = reason
    this.output = output
  }
}

export type GatheredWork = {
  /** The bundle will hold all of its history. */
  isComplete: boolean
  commits: number
  files: number
  stashes: number
  /** Null without a repository, or while HEAD is detached. */
  branch: string | null
  heads: { branch: string; commit: string }[]
}

const Count = z.coerce.number().pipe(z.int().nonnegative().max(2_000_000_000))
const KeptLine = z.tuple([z.enum(['0', '1']), Count, Count, Count, z.string().max(250).default('')])

/** Gathers what is only in the workspace. Null when that is nothing. @throws WorkBundleFailure */
export async function gatherWork(
  ssh: SshConnection,
  { maxBytes, repositoryUrl, signal }: { maxBytes: number; repositoryUrl: string | null; signal: AbortSignal },
): Promise<GatheredWork | null> {
  const sizes = [maxBytes * shrinkFactor, fullHistoryBytes, maxBytes].map(String)
  const command = keepCommand('prepare', ...sizes, repositoryUrl ?? '')
  const result = await ssh.run(command, { deadlineMs: gatherDeadlineMs, signal })
  if (result.exitCode === 4) throw new WorkBundleFailure('tooLarge', 'The files are too large.')
  requireSuccess(result, 'What is only in the workspace could not be read.')
  return readGathered(bytesToText(result.stdout))
}

/** @throws WorkBundleFailure for what no script of ours prints. */
export function readGathered(text: string): GatheredWork | null {
  const [first = '', ...others] = text.trimEnd().split('\n')
  if (first === 'nothing') return null
  const [, ...fields] = /^kept (\d+) (\d+) (\d+) (\d+)(?: (.*))?$/.exec(first) ?? []
  const { data } = KeptLine.safeParse(fields)
  if (data === undefined)
    throw new WorkBundleFailure('unreadable', 'The environment gave an answer that makes no sense.')
  const [isComplete, commits, files, stashes, branch] = data
  const heads = others.flatMap((line) => {
    const [, commit, name] = /^head ([0-9a-f]{40,64}) refs\/heads\/(.{1,250})$/.exec(line) ?? []
    return commit === undefined || name === undefined ? [] : [{ branch: readable(name), commit }]
  })
  return {
    isComplete: isComplete === '1',
    commits,
    files,
    stashes,
    branch: branch === '' ? null : readable(branch),
    heads: heads.slice(0, 100),
  }
}

/** Writes what was gathered to `sink` as a bundle. @throws WorkBundleFailure | SshFailure */
export async function carryWorkOut(ssh: SshConnection, sink: Writable, signal: AbortSignal): Promise<void> {
  const result = await ssh.run(keepCommand('write'), { deadlineMs: carryDeadlineMs, sink, signal })
  requireSuccess(result, 'git could not write the bundle.')
}

/** Removes what was gathered, as well as that can be done. */
export async function clearGathered(ssh: SshConnection): Promise<void> {
  await ssh.run(keepCommand('clear'), { deadlineMs: clearDeadlineMs }).catch(() => {})
}

/** Brings a bundle into a workspace that is a fresh clone or empty. @throws SshFailure | WorkBundleFailure */
export async function carryWorkIn(
  ssh: SshConnection,
  { content, bytes, signal }: { content: Readable; bytes: number; signal: AbortSignal },
): Promise<void> {
  const made = await ssh.run(['sh', '-c', 'rm -rf "$1" && mkdir "$1" && echo "*" >"$1/.gitignore"', 'sh', directory])
  requireSuccess(made, 'There is no room in the workspace.')
  const channel = await ssh.openCommand(['sh', '-c', 'head -c "$1" >"$2"', 'sh', String(bytes), bundlePath])
  const state = { isClosed: false }
  let goOn = () => {}
  channel.onDrain(() => goOn())
  const closed = new Promise<void>((resolve) => {
    channel.onClose(() => {
      state.isClosed = true
      resolve()
    })
  })
  channel.output.resume()
  const cancel = () => channel.close()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(carryDeadlineMs)])
  limit.addEventListener('abort', cancel, { once: true })
  try {
    for await (const chunk of content) {
      if (channel.write(z.instanceof(Buffer).parse(chunk))) continue
      const drained = new Promise<void>((resolve) => {
        goOn = resolve
      })
      await Promise.race([drained, closed])
      if (state.isClosed) break
    }
    channel.end()
    await closed
  } finally {
    limit.removeEventListener('abort', cancel)
    content.destroy()
  }
  const { stdout } = await ssh.run(['stat', '-c', '%s', bundlePath])
  if (stdout.toString('utf8').trim() !== String(bytes)) throw new SshFailure('the bundle did not arrive as a whole')
}

/** Makes the workspace what it was. Answers what could not be brought back, in lines. @throws WorkBundleFailure */
export async function restoreWork(
  ssh: SshConnection,
  { repositoryUrl, signal }: { repositoryUrl: string | null; signal: AbortSignal },
): Promise<string[]> {
  const command = ['sh', '-c', restoreScript, 'sh', repositoryUrl ?? '']
  const result = await ssh.run(command, { deadlineMs: restoreDeadlineMs, signal, onOverflow: 'drop' })
  requireSuccess(result, 'The kept work could not be brought back.')
  return bytesToText(result.stdout)
    .split('\n')
    .filter((line) => line !== '')
    .map(readable)
}

function keepCommand(mode: 'prepare' | 'write' | 'clear', ...args: string[]): string[] {
  return ['sh', '-c', keepScript, 'sh', mode, ...args]
}

/** The script's own words come last. */
function requireSuccess({ exitCode, stderr }: CommandResult, otherwise: string): void {
  if (exitCode === 0) return
  const output = cleanWords(bytesToText(stderr)).toWellFormed()
  const words = exitCode === 3 ? (output.split('\n').at(-1) ?? '') : ''
  throw new WorkBundleFailure('unreadable', words === '' ? otherwise : words, output)
}

/** Rows hold no lone surrogates and no NULs. */
function readable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}
