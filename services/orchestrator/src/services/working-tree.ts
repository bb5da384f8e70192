/**
 * The working trees of an environment: the workspace, and below it the worktrees of sessions on a branch of their own.
 * What works on a repository gets a connection whose commands run in one of them, and need not know in which.
 */
import type { SshConnection } from './ssh.ts'

export const workspace = '/workspace'

/** Each worktree is a directory in it. */
export const worktreesDirectory = `${workspace}/.worktrees`

/** In git's words, so that a directory that is gone reads as one without a repository. */
const enterScript = `cd -- "$1" 2>/dev/null || { echo "fatal: not a git repository: $1 is gone" >&2; exit 128; }
shift; exec "$@"`

/** The same connection, with every command in `directory`. */
export function inTree(ssh: SshConnection, directory: string): SshConnection {
  const enter = (command: readonly string[]) => ['sh', '-c', enterScript, 'sh', directory, ...command]
  return {
    run: (command, options) => ssh.run(enter(command), options),
    openCommand: (command) => ssh.openCommand(enter(command)),
    openTerminal: (command, size) => ssh.openTerminal(enter(command), size),
    forwardIn: (port, onStream) => ssh.forwardIn(port, onStream),
    forwardInSocket: (path, onStream) => ssh.forwardInSocket(path, onStream),
    get closed() {
      return ssh.closed
    },
    onClose: (listener) => ssh.onClose(listener),
    close: () => ssh.close(),
  }
}
