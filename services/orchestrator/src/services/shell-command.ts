/**
 * An SSH command is one string that the user's shell reads. This is the only place where such a string is made: from an
 * argument list, every argument quoted so that it stays one literal argument (shown by shell-command.test.ts against a
 * real shell).
 */
import { runDirectory } from './run-directory.ts'

/** Quotes one argument for a POSIX shell. A NUL byte cannot be part of an argument and is refused. */
function quote(argument: string): string {
  if (argument.includes('\0')) throw new TypeError('an argument cannot contain a NUL byte')
  return /^[A-Za-z0-9_/.,:=@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}

/** The command line that runs exactly `command`. */
export function shellCommand(command: readonly string[]): string {
  return command.map(quote).join(' ')
}

/** Wraps a command so that it ends with its channel: `docker/with-channel.sh`, which every container has. */
export function endingWithChannel(command: readonly string[]): string[] {
  return ['sh', `${runDirectory}/with-channel.sh`, ...command]
}

/**
 * The same for a command that reads input, which comes first and has this many bytes: the end of the channel's input has
 * to stay free for saying that nobody waits any more. A command is never given a part of its input.
 */
export function withInput(bytes: number, command: readonly string[]): string[] {
  const take = 'file=$(mktemp) && exec 4<"$file" && head -c "$1" >"$file"; got=$(wc -c <"$file"); rm -f "$file"'
  const script = `${take}; [ "$got" -eq "$1" ] || exit 125; shift; exec "$@"`
  const reading = ['sh', '-c', 'exec "$@" <&4 4<&-', 'sh', ...command]
  return ['sh', '-c', script, 'sh', String(bytes), ...endingWithChannel(reading)]
}

/**
 * Wraps a command that reads its input so that it is killed a second after the end of that, should it not end by itself,
 * and so that the channel ends with it. sshd gives each command a process group of its own.
 */
export function killedAfterInput(command: readonly string[]): string[] {
  return ['sh', '-c', '{ cat; sleep 1; kill -KILL 0; } | { "$@"; kill -KILL 0; }', 'sh', ...command]
}

/** Wraps a command so that it runs in `directory`, or in the home directory when that is not there. */
export function inDirectory(directory: string, command: readonly string[]): string[] {
  return ['sh', '-c', 'cd -- "$1" 2>/dev/null || cd; shift; exec "$@"', 'sh', directory, ...command]
}

/** Wraps a command so that of what it prints only the last bytes arrive, however much it is. */
export function lastBytesOf(bytes: number, command: readonly string[]): string[] {
  return ['sh', '-c', 'bytes=$1; shift; "$@" | tail -c "$bytes"', 'sh', String(bytes), ...command]
}
