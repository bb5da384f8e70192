/** `git status` as porcelain v2 with NULs: every path exactly as it is, however many there are. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { maxGitFiles, type GitFile, type GitOperation, type GitStatus } from '@craftastic/contract'
import { bytesToText } from './git-bytes.ts'
import { gitCommand, literalPaths, readVariables } from './git-command.ts'
import { cleanWords, GitFailure, isNoRepository } from './git-failure.ts'
import type { SshConnection } from './ssh.ts'

const deadlineMs = 60_000
/** What `maxGitFiles` paths of a large project have; beyond it the list is cut. */
const maxOutputBytes = 32 * 1024 * 1024
/** Records read before others get a turn: some milliseconds. */
const sliceRecords = 2_000

/** `git am` is shown as a rebase, which it shares its directory with. */
export type GitWork = GitOperation | 'am'

/** What each file or directory in git's own directory means, the most telling one first. */
const marks: [mark: string, work: GitWork][] = [
  ['rebase-apply/applying', 'am'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['MERGE_HEAD', 'merge'],
  // Between two commits of several there is no head, only what is left to do.
  ['sequencer/pick', 'cherry-pick'],
  ['sequencer/revert', 'revert'],
  ['BISECT_LOG', 'bisect'],
]

const markScript = `dir=$(git rev-parse --git-dir 2>/dev/null); todo=$dir/sequencer/todo
for mark in ${marks.map(([mark]) => mark).join(' ')}; do [ -e "$dir/$mark" ] && echo "$mark"; done
[ -e "$todo" ] && read -r word _ <"$todo" && echo "sequencer/$word"
printf '\\0'`

const statusArguments = [
  'status',
  '--porcelain=v2',
  '-z',
  '--branch',
  '--show-stash',
  '--ahead-behind',
  '--untracked-files=all',
  '--find-renames',
]

/** An empty status when there is no repository. */
export async function readGitStatus(ssh: SshConnection): Promise<GitStatus> {
  const status = gitCommand(statusArguments, { ...readVariables, ...literalPaths })
  const command = ['sh', '-c', `${markScript}; exec "$@"`, 'sh', ...status]
  const result = await ssh.run(command, { deadlineMs, maxOutputBytes, onOverflow: 'end' })
  const words = cleanWords(bytesToText(result.stderr))
  if (result.exitCode !== 0 && !result.overflowed) {
    if (isNoRepository(words)) return noRepository()
    throw new GitFailure('refused', words)
  }
  return parseGitStatus(result.stdout, !result.overflowed)
}

/** What git is in the middle of. */
export async function readGitWork(ssh: SshConnection): Promise<GitWork | null> {
  const { stdout } = await ssh.run(['sh', '-c', markScript])
  return readMarks(stdout.toString('utf8'))
}

/** @param isComplete False when the output was cut. */
export async function parseGitStatus(output: Buffer, isComplete: boolean): Promise<GitStatus> {
  const status = { ...noRepository(), repository: true, truncated: !isComplete }
  let start = output.indexOf(0) + 1
  const work = readMarks(bytesToText(output.subarray(0, Math.max(0, start - 1))))
  status.operation = work === 'am' ? 'rebase' : work
  const next = (): string | null => {
    const end = output.indexOf(0, start)
    if (end === -1) return null
    const field = bytesToText(output.subarray(start, end))
    start = end + 1
    return field
  }
  let records = 0
  for (let record = next(); record !== null; record = next()) {
    records += 1
    if (records % sliceRecords === 0) await nextTurn()
    if (record.startsWith('# ')) {
      readHeader(record.slice(2), status)
      continue
    }
    if (status.files.length === maxGitFiles) {
      status.truncated = true
      break
    }
    const file = readFile(record, record.startsWith('2 ') ? (next() ?? '') : null)
    if (file !== null) status.files.push(file)
  }
  return status
}

function noRepository(): GitStatus {
  return {
    repository: false,
    branch: '',
    commit: null,
    upstream: null,
    ahead: 0,
    behind: 0,
    detached: false,
    operation: null,
    stashes: 0,
    files: [],
    truncated: false,
  }
}

function readMarks(lines: string): GitWork | null {
  const found = new Set(lines.replace(/\0$/, '').split('\n'))
  return marks.find(([mark]) => found.has(mark))?.[1] ?? null
}

function readHeader(header: string, status: GitStatus): void {
  const space = header.indexOf(' ')
  const value = header.slice(space + 1)
  const name = header.slice(0, space)
  if (name === 'branch.oid') status.commit = value === '(initial)' ? null : value
  else if (name === 'branch.upstream') status.upstream = value
  else if (name === 'stash') status.stashes = Number(value)
  else if (name === 'branch.head') {
    status.detached = value === '(detached)'
    status.branch = status.detached ? '' : value
  } else if (name === 'branch.ab') {
    const [, ahead, behind] = /^\+(\d+) -(\d+)$/.exec(value) ?? []
    status.ahead = Number(ahead ?? 0)
    status.behind = Number(behind ?? 0)
  }
}

/** Fields before the path of each kind of record (git-status(1), "Porcelain Format Version 2"). */
const fieldsBeforePath: Record<string, number> = { '1': 8, '2': 9, u: 10, '?': 1 }

function readFile(record: string, origPath: string | null): GitFile | null {
  const kind = record.charAt(0)
  const fields = fieldsBeforePath[kind]
  if (fields === undefined) return null
  let start = 0
  for (let field = 0; field < fields; field++) start = record.indexOf(' ', start) + 1
  const path = record.slice(start)
  if (kind === '?') return { path, status: '??', staged: false, unstaged: true, conflicted: false }
  const code = record.slice(2, 4)
  const conflicted = kind === 'u'
  return {
    path,
    status: code.replaceAll('.', ''),
    ...(origPath === null ? {} : { origPath }),
    staged: !conflicted && !code.startsWith('.'),
    unstaged: conflicted || !code.endsWith('.'),
    conflicted,
    ...(record.charAt(5) === 'S' ? { submodule: true } : {}),
  }
}
