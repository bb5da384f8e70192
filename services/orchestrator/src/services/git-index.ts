/** The index: what is in it, staging and unstaging, and indexes that are not the repository's own. */
import { pathsToBytes, readFields, textToBytes } from './git-bytes.ts'
import {
  allWords,
  literalPaths,
  readGit,
  requireGit,
  requireSuccess,
  writeGit,
  type GitResult,
  type GitWriteOptions,
} from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { withDirectory } from './git-files.ts'
import { readGitHead } from './git-head.ts'
import type { SshConnection } from './ssh.ts'

/** What of the working tree is meant: whole files, some hunks of one, or everything. */
export type GitSelection = { files?: readonly string[] | undefined; patch?: string | undefined }

const pathsFromInput = ['--pathspec-from-file=-', '--pathspec-file-nul']

/** Answers git's words. @throws GitFailure */
export async function stage(ssh: SshConnection, { files, patch }: GitSelection): Promise<string> {
  if (patch !== undefined) return applyToIndex(ssh, patch, [])
  if (files !== undefined) return stageFiles(ssh, files)
  await refuseConflicts(ssh, 'Staging everything would call these files resolved: stage each one once it is')
  return changeIndex(ssh, ['add', '--all'])
}

/** Git compares each path that it is given with each file, which is fine for this many. */
const comparedAtMost = 500

export function stageFiles(ssh: SshConnection, files: readonly string[]): Promise<string> {
  if (files.length > comparedAtMost) {
    const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin']
    return changeIndex(ssh, args, { input: pathsToBytes(files) })
  }
  return changeIndex(ssh, ['add', '--all', ...pathsFromInput], { input: pathsToBytes(files) })
}

export async function unstage(ssh: SshConnection, { files, patch }: GitSelection): Promise<string> {
  if (patch !== undefined) return applyToIndex(ssh, patch, ['--reverse'])
  if (files !== undefined && files.length > comparedAtMost) return unstageMany(ssh, files)
  if (files !== undefined) {
    return changeIndex(ssh, ['reset', '--quiet', ...pathsFromInput], { input: pathsToBytes(files) })
  }
  await refuseConflicts(ssh, 'Unstaging everything would forget these conflicts')
  // Without a path it would also end a merge.
  return changeIndex(ssh, ['reset', '--quiet', '--', '.'])
}

/** What HEAD has of them is written into the index. */
async function unstageMany(ssh: SshConnection, files: readonly string[]): Promise<string> {
  const wanted = new Set(files)
  const { commit } = await readGitHead(ssh)
  const tree = commit ?? (await requireGit(ssh, ['hash-object', '-t', 'tree', '/dev/null'])).stdout.toString().trim()
  const { stdout } = await requireGit(ssh, [
    'diff-index',
    '--cached',
    '-z',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    tree,
  ])
  const staged = readRawDiff(stdout).filter(({ path, status }) => wanted.has(path) && status !== 'U')
  if (staged.length === 0) return ''
  return changeIndex(ssh, ['update-index', '-z', '--index-info'], { input: writeEntries(staged) })
}

function applyToIndex(ssh: SshConnection, patch: string, more: readonly string[]): Promise<string> {
  const args = ['apply', '--cached', '--whitespace=nowarn', ...more, '-']
  return changeIndex(ssh, args, { input: textToBytes(patch) })
}

async function changeIndex(
  ssh: SshConnection,
  args: readonly string[],
  options: GitWriteOptions = {},
): Promise<string> {
  const result = await writeGit(ssh, args, { ...options, variables: { ...literalPaths, ...options.variables } })
  return allWords(requireSuccess(result))
}

/** Files with conflicts, in the order of the index. @throws GitFailure no_repository */
async function listConflicts(ssh: SshConnection): Promise<string[]> {
  const { stdout } = await requireGit(ssh, ['diff', '--name-only', '--diff-filter=U', '-z'])
  return [...new Set(readFields(stdout))]
}

export async function refuseConflicts(ssh: SshConnection, why: string): Promise<void> {
  const conflicts = await listConflicts(ssh)
  if (conflicts.length > 0) throw new GitFailure('conflict', `${why}: ${namePaths(conflicts)}.`)
}

/** A success, a failure that names the files in conflict, or git's refusal. */
export async function requireNoConflict(ssh: SshConnection, result: GitResult): Promise<GitResult> {
  if (result.exitCode === 0) return result
  const conflicts = await listConflicts(ssh)
  if (conflicts.length === 0) return requireSuccess(result)
  throw new GitFailure('conflict', `There are conflicts in ${namePaths(conflicts)}.\n${allWords(result)}`)
}

const namedAtMost = 10

export function namePaths(paths: readonly string[]): string {
  const named = paths.slice(0, namedAtMost).map((path) => `"${path}"`)
  const others = paths.length - named.length
  return named.join(', ') + (others > 0 ? ` and ${others} more` : '')
}

/** Lets `work` use an index of its own, with nothing in it, by the variables it is given. */
export function withTemporaryIndex<T>(
  ssh: SshConnection,
  work: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  return withDirectory(ssh, (directory) => work({ GIT_INDEX_FILE: `${directory}/index` }))
}

/** Paths that are tracked, with mode and name of their content; those with conflicts have several. */
export type IndexEntry = { mode: string; object: string; stage: string; path: string }

export async function listIndexEntries(ssh: SshConnection, paths: readonly string[]): Promise<IndexEntry[]> {
  const { stdout } = await requireGit(ssh, ['ls-files', '--stage', '-z'], { paths })
  return readFields(stdout).flatMap((record) => {
    const [, mode, object, stageNumber, path] = /^(\d+) ([0-9a-f]+) (\d)\t([^]*)$/.exec(record) ?? []
    if (mode === undefined || object === undefined || stageNumber === undefined || path === undefined) return []
    return [{ mode, object, stage: stageNumber, path }]
  })
}

/**
 * Of these paths, those that git would add; those that end with `/` are repositories of their own. The whole list is read:
 * git compares each path that it is given with each file.
 */
export async function listUntracked(ssh: SshConnection, paths: readonly string[]): Promise<string[]> {
  const wanted = new Set(paths)
  const { stdout } = await requireGit(ssh, ['ls-files', '--others', '--exclude-standard', '-z'])
  return readFields(stdout).filter((path) => wanted.has(path))
}

export type ChangedFile = IndexEntry & {
  /** One letter: `M`, `T` (another type), `D` (gone), `U` (in conflict). */
  status: string
}

/** Of these paths, tracked files that are not as in the index, with what the index has of them. */
export async function listUnstaged(ssh: SshConnection, paths: readonly string[]): Promise<ChangedFile[]> {
  const wanted = new Set(paths)
  const { stdout } = await requireGit(ssh, ['diff-files', '-z', '--raw', '--no-renames', '--no-abbrev'])
  return readRawDiff(stdout).filter(({ path }) => wanted.has(path))
}

/** Reads `--raw -z` without renames; mode and object are those before. */
function readRawDiff(output: Buffer): ChangedFile[] {
  const values = readFields(output)
  const changes: ChangedFile[] = []
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [mode = '', , object = '', , status = ''] = (values[index] ?? '').slice(1).split(' ')
    changes.push({ mode, object, stage: '0', path: values[index + 1] ?? '', status })
  }
  return changes
}

/** As `git update-index --index-info` reads them; those of the mode 0 are taken out. */
export function writeEntries(entries: readonly IndexEntry[]): Buffer {
  return pathsToBytes(entries.map(({ mode, object, stage, path }) => `${mode} ${object} ${stage}\t${path}`))
}

/** Writes the index as a tree. */
export async function writeTree(ssh: SshConnection, variables: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = requireSuccess(await readGit(ssh, ['write-tree'], { variables }))
  return stdout.toString('utf8').trim()
}
