/**
 * Clones the repository into the workspace, as the container's unprivileged user and with nothing of the server's own.
 * Runs only while the environment has never been handed to its user: what lies in the workspace is then the rest of an
 * attempt that was cut short, and is removed.
 */
import { isSshRepository } from '@craftastic/contract'
import { explainCloneFailure, findMissingRight, readCloneLogLines, readCloneProgress } from '../lib/clone-progress.ts'
import { StepFailure, type OperationProgress } from '../lib/operation-progress.ts'
import { cloneSshCommand } from '../services/git-ssh.ts'
import { SshConnectionLost, SshFailure, type SshConnection } from '../services/ssh.ts'
import { workspace } from '../services/working-tree.ts'

const cloneDeadlineMs = 10 * 60_000

export type CloneRequest = {
  ssh: SshConnection
  repositoryUrl: string
  /** Null clones the remote's default branch. */
  branch: string | null
  /** A transfer slower than 1,000 bytes per second for this long is given up; over SSH, a host that says nothing. */
  stallSeconds: number
  progress: OperationProgress
  signal: AbortSignal
}

/**
 * Answers the branch that is checked out; null when HEAD is detached, as after asking for a tag.
 * @throws StepFailure | SshFailure; `SshConnectionLost` when another connection may succeed
 */
export async function cloneRepository(request: CloneRequest): Promise<string | null> {
  const { ssh, repositoryUrl, signal } = request
  await ssh.run(['find', workspace, '-mindepth', '1', '-delete'], { deadlineMs: cloneDeadlineMs, signal })
  const { failed, output } = await runClone(request)
  if (failed !== null) {
    throw new StepFailure(explainCloneFailure(`${output}\n${failed}`, repositoryUrl, request.branch ?? 'HEAD'), {
      output,
      code: findMissingRight(output),
    })
  }
  const head = await ssh.run(['git', '-C', workspace, 'rev-parse', '--verify', '--quiet', 'HEAD'])
  if (head.exitCode !== 0) {
    throw new StepFailure('The repository is empty: it has no commit yet. Push a first commit, then retry.', { output })
  }
  const branch = await ssh.run(['git', '-C', workspace, 'symbolic-ref', '--quiet', '--short', 'HEAD'])
  return branch.exitCode === 0 ? branch.stdout.toString('utf8').trim().slice(0, 200) : null
}

async function runClone({ ssh, progress, signal, ...request }: CloneRequest) {
  const errors: Buffer[] = []
  let bytes = 0
  let unfinishedLine = ''
  const onStderr = (chunk: Buffer) => {
    bytes += chunk.length
    errors.push(chunk)
    // The last words explain a failure; the counting before them may go.
    while (bytes > 64 * 1024 && errors.length > 1) bytes -= errors.shift()?.length ?? 0
    const text = unfinishedLine + chunk.toString('utf8')
    const end = text.lastIndexOf('\n') + 1
    unfinishedLine = text.slice(end).slice(-4096)
    progress.addLines(readCloneLogLines(text.slice(0, end)))
    const seen = readCloneProgress(text)
    if (seen !== null) progress.report(seen.percent, seen.message)
  }
  const command = cloneCommand(request)
  const result = await ssh.run(command, { deadlineMs: cloneDeadlineMs, onStderr, signal }).catch((error: unknown) => {
    if (error instanceof SshFailure && !(error instanceof SshConnectionLost)) return error
    throw error
  })
  progress.addLines(readCloneLogLines(unfinishedLine))
  const output = Buffer.concat(errors).toString('utf8')
  if (result instanceof SshFailure) return { failed: `timed out or cut off: ${result.message}`, output }
  return { failed: result.exitCode === 0 ? null : `git ended with ${result.exitCode}`, output }
}

type CloneTarget = Pick<CloneRequest, 'repositoryUrl' | 'branch' | 'stallSeconds'>

/** Every value is one argument; the URL stands behind `--`. docs/security.md says what each setting stops. */
export function cloneCommand({ repositoryUrl, branch, stallSeconds }: CloneTarget): string[] {
  const settings = {
    'core.hooksPath': '/dev/null',
    'core.fsmonitor': 'false',
    'credential.helper': '',
    'core.sshCommand': cloneSshCommand(stallSeconds),
    'http.followRedirects': 'false',
    'http.lowSpeedLimit': '1000',
    'http.lowSpeedTime': String(stallSeconds),
  }
  const protocol = isSshRepository(repositoryUrl) ? 'ssh' : new URL(repositoryUrl).protocol.slice(0, -1)
  return [
    'env',
    'GIT_TERMINAL_PROMPT=0',
    `GIT_ALLOW_PROTOCOL=${protocol}`,
    'GIT_CONFIG_NOSYSTEM=1',
    'git',
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    'clone',
    '--progress',
    '--no-recurse-submodules',
    ...(branch === null ? [] : [`--branch=${branch}`]),
    '--',
    repositoryUrl,
    workspace,
  ]
}
