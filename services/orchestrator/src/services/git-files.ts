/** Files for the time of a command, for what takes more than its standard input. */
import { bytesToText } from './git-bytes.ts'
import { GitFailure } from './git-failure.ts'
import type { SshConnection } from './ssh.ts'

/** Lets `work` use a directory that is removed afterwards. */
export async function withDirectory<T>(ssh: SshConnection, work: (directory: string) => Promise<T>): Promise<T> {
  const made = await ssh.run(['mktemp', '-d'])
  const directory = bytesToText(made.stdout).trim()
  if (made.exitCode !== 0 || directory === '') {
    throw new GitFailure('refused', `There is no room for temporary files: ${bytesToText(made.stderr).trim()}`)
  }
  try {
    return await work(directory)
  } finally {
    await ssh.run(['rm', '-rf', '--', directory])
  }
}

/** Lets `work` use a file with this content. */
export function withFile<T>(ssh: SshConnection, content: Uint8Array, work: (file: string) => Promise<T>): Promise<T> {
  return withDirectory(ssh, async (directory) => {
    const file = `${directory}/content`
    const written = await ssh.run(['sh', '-c', 'cat >"$1"', 'sh', file], { input: content })
    if (written.exitCode !== 0) {
      throw new GitFailure('refused', `There is no room for temporary files: ${bytesToText(written.stderr).trim()}`)
    }
    return work(file)
  })
}
