/**
 * Looks at the working tree again and again inside the container and prints a line when it has changed, so that nobody
 * outside has to ask. The first line says that it looks.
 */
import { gitEnvironment, gitProgram, readVariables } from './git-command.ts'
import { endingWithChannel } from './shell-command.ts'
import type { CommandChannel, SshConnection } from './ssh.ts'

/**
 * Between looks are 1.5 s, or 20 times the processor time of a look (in hundredths, as in proc_pid_stat(5)): looking never
 * takes more than a twentieth of one processor. Of the
 * list of changed files, 256 KiB are looked at for times and sizes: a file that changes again has the same status. `cut`
 * takes away the letters of the status; as it works on lines, NULs and lines' ends change places for it.
 */
const script = `cd "$1" || exit 1
shift
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 0' TERM
marks='index MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG rebase-merge rebase-apply'
before=
look() {
  "$@" status --porcelain -z --branch --untracked-files=all --no-renames --no-ahead-behind >"$dir/list" 2>&1
  cksum <"$dir/list"
  head -c 262144 "$dir/list" | tr '\\n\\0' '\\0\\n' | cut -b 4- | tr '\\n\\0' '\\0\\n' |
    xargs -0 stat -c '%y %s' -- 2>/dev/null | cksum
  "$@" for-each-ref --format='%(objectname) %(refname)' 2>&1 | cksum
  "$@" rev-parse HEAD 2>&1
  for mark in $marks; do stat -c '%n %y' -- "$(git rev-parse --git-path "$mark" 2>/dev/null)" 2>/dev/null; done
}
cost() {
  read -r stat </proc/$$/stat
  set -- $stat
  echo $((\${14} + \${15} + \${16} + \${17}))
}
while :; do
  before_look=$(cost)
  seen=$(look "$@")
  pause=$((($(cost) - before_look) * 20))
  [ "$seen" = "$before" ] || echo changed
  before=$seen
  [ "$pause" -gt 150 ] || pause=150
  [ "$pause" -lt 6000 ] || pause=6000
  sleep "$((pause / 100)).$(printf %02d $((pause % 100)))" &
  wait $!
done`

/** Looks at the working tree in `directory`. Answers the channel; each chunk of its output says that something changed. */
export function openGitWatchLoop(ssh: SshConnection, directory: string): Promise<CommandChannel> {
  const loop = ['env', ...gitEnvironment(readVariables), 'sh', '-c', script, 'sh', directory, ...gitProgram]
  return ssh.openCommand(endingWithChannel(loop))
}
