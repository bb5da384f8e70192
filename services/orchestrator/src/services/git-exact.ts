/** git that takes and writes files byte for byte: with an index and attributes of its own over the repository's objects. */
import { GitFailure } from './git-failure.ts'
import { withDirectory } from './git-files.ts'
import type { SshConnection } from './ssh.ts'

/** No line ends, encodings, keywords or filters, whatever the repository's own attributes and the user's settings say. */
const makeScript = `objects=$(git rev-parse --path-format=absolute --git-path objects) || exit
format=$(git rev-parse --show-object-format) || exit
git init --quiet --bare --template= --object-format="$format" "$1" && rm -r "$1/objects" && ln -s "$objects" "$1/objects" &&
mkdir -p "$1/info" && echo '* -text -eol -ident -filter -working-tree-encoding' >"$1/info/attributes"`

/** Lets `work` use it by the variables it is given, with nothing in the index. Commands run at the top of the working tree. */
export function withExactFiles<T>(
  ssh: SshConnection,
  work: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  return withDirectory(ssh, async (directory) => {
    const repository = `${directory}/exact`
    const made = await ssh.run(['sh', '-c', makeScript, 'sh', repository])
    if (made.exitCode !== 0) {
      throw new GitFailure('refused', `There is no room for temporary files: ${made.stderr.toString('utf8').trim()}`)
    }
    return work({ GIT_DIR: repository, GIT_WORK_TREE: '.', GIT_INDEX_FILE: `${directory}/index` })
  })
}
