/**
 * The files of recordings inside an environment. Their directory belongs to the user's programs as well: it is entered
 * only when it is no link, and a file in it is used only when it is a plain one. A program that swaps a file between
 * the look and the use gets at nothing that it could not read or write by itself: all of this runs as its own user.
 */
import { maxRecordingBytes, recordingsDirectory } from '@craftastic/contract'
import type { CommandChannel, SshConnection } from './ssh.ts'

/** Why a file cannot be used. `message` is what the other end said. */
export class RecordingFileFailure extends Error {
  override name = 'RecordingFileFailure'
  readonly reason: 'directory' | 'missing' | 'diskFull' | 'other'
  constructor(words: string) {
    super(words.trim().slice(0, 300))
    this.reason = reasonOf(words)
  }
}

function reasonOf(words: string): RecordingFileFailure['reason'] {
  if (/^refused directory$/m.test(words)) return 'directory'
  if (/^refused missing$/m.test(words)) return 'missing'
  return /No space left|Disk quota exceeded/i.test(words) ? 'diskFull' : 'other'
}

const enter = 'cd "$1" 2>/dev/null && [ "$(pwd -P)" = "$1" ]'
const orNoDirectory = '|| { echo "refused directory"; exit 1; }'
const isPlain = '[ -f "./$2" ] && [ ! -L "./$2" ]'
const orMissing = '|| { echo "refused missing"; exit 1; }'

/** A disk without room is told before anything is promised. */
const createScript = `mkdir "$1" 2>/dev/null; ${enter} ${orNoDirectory}
set -C
[ -e .gitignore ] || echo '*' >.gitignore
head -c 65536 /dev/zero >".space$$"; code=$?; rm -f ".space$$"; [ "$code" = 0 ] || exit 1
{ echo ready 0; exec cat >&3; } 3>"./$2"`

/** A line that was cut, because whoever wrote it was, goes first. */
const appendScript = `${enter} ${orNoDirectory}
${isPlain} ${orMissing}
[ -z "$(tail -c 1 "./$2")" ] || truncate -s $(($(wc -c <"./$2") - $(tail -n 1 "./$2" | wc -c))) "./$2"
{ echo ready $(wc -c <"./$2"); exec cat >&3; } 3>>"./$2"`

/** A file at whose end is written. */
export type RecordingFile = {
  /** With all that was handed over. */
  readonly bytes: number
  /** False when the caller should wait before it writes more. */
  write(text: string): boolean
  onDrain(listener: () => void): void
  /** Called when it takes no more although nobody has closed it. */
  onLost(listener: (failure: RecordingFileFailure) => void): void
  /** Resolves when all of it is written, or cannot be. */
  close(): Promise<void>
}

const closeDeadlineMs = 5_000

/** Opens the file, `isNew` or one that is there. Throws `RecordingFileFailure`. */
export async function openRecordingFile(ssh: SshConnection, fileName: string, isNew: boolean): Promise<RecordingFile> {
  const script = isNew ? createScript : appendScript
  const channel = await ssh.openCommand(['sh', '-c', `exec 2>&1; ${script}`, 'sh', recordingsDirectory, fileName])
  return joinFile(channel)
}

/** Waits for the size that the program at the other end of the channel begins with. */
function joinFile(channel: CommandChannel): Promise<RecordingFile> {
  return new Promise((resolve, reject) => {
    let words = ''
    let bytes: number | null = null
    let isClosed = false
    let lost: (failure: RecordingFileFailure) => void = () => {}
    const closed = new Promise<void>((resolveClosed) => channel.onClose(resolveClosed))
    const file: RecordingFile = {
      get bytes() {
        return bytes ?? 0
      },
      write: (text) => {
        const chunk = Buffer.from(text, 'utf8')
        bytes = (bytes ?? 0) + chunk.length
        return channel.write(chunk)
      },
      onDrain: channel.onDrain,
      onLost: (listener) => (lost = listener),
      close: async () => {
        isClosed = true
        channel.end()
        const timer = setTimeout(() => channel.close(), closeDeadlineMs)
        await closed
        clearTimeout(timer)
      },
    }
    channel.output.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-2000)
      const size = bytes === null ? /^ready (\d+)$/m.exec(words)?.[1] : undefined
      if (size === undefined) return
      bytes = Number(size)
      words = ''
      resolve(file)
    })
    channel.onClose(() => {
      const failure = new RecordingFileFailure(words)
      if (bytes === null) reject(failure)
      else if (!isClosed) lost(failure)
    })
  })
}

/** A file as the directory has it; nothing of it is checked yet. */
export type RecordingFileEntry = {
  fileName: string
  bytes: number
  firstLine: string
  /** The beginning of the last line; null when the file breaks off inside it. */
  lastLine: string | null
}

/** Names on lines of their own. */
const namesScript = `[ -e "$1" ] || [ -L "$1" ] || exit 0
${enter} ${orNoDirectory}
for name in *.cast; do [ -f "./$name" ] && [ ! -L "./$name" ] && printf '%s\\n' "$name"; done; exit 0`

const maxLineBytes = 1000
const detailsScript = `${enter} ${orNoDirectory}
shift; for name do set -- . "$name"; ${isPlain} || continue
printf '%s\\n%s\\n' "$name" "$(stat -c %s "./$name")"
head -n 1 "./$name" | head -c ${maxLineBytes} | tr -d '\\n'; echo
[ -z "$(tail -c 1 "./$name")" ] && tail -n 1 "./$name" | head -c ${maxLineBytes} | tr -d '\\n'; echo
done 2>/dev/null; exit 0`

/** What the plain files of the directory are called; none when there is no directory. */
export async function listRecordingNames(ssh: SshConnection): Promise<string[]> {
  return (await runScript(ssh, namesScript, [])).split('\n').filter((name) => name !== '')
}

/** The files of these names that are there, in this order. */
export async function readRecordingEntries(
  ssh: SshConnection,
  names: readonly string[],
): Promise<RecordingFileEntry[]> {
  if (names.length === 0) return []
  const lines = (await runScript(ssh, detailsScript, names)).split('\n')
  return Array.from({ length: Math.floor(lines.length / 4) }, (_, index) => {
    const [fileName = '', bytes = '', firstLine = '', lastLine = ''] = lines.slice(index * 4, index * 4 + 4)
    return { fileName, bytes: Number(bytes) || 0, firstLine, lastLine: lastLine === '' ? null : lastLine }
  })
}

/** Removes the file itself, never what a link leads to. */
export async function deleteRecordingFile(ssh: SshConnection, fileName: string): Promise<void> {
  await runScript(ssh, `${enter} ${orMissing}; ${isPlain} ${orMissing}; rm -f -- "./$2"`, [fileName])
}

/** Throws when it is not a plain file. */
export async function requireRecordingFile(ssh: SshConnection, fileName: string): Promise<void> {
  await runScript(ssh, `${enter} ${orMissing}; ${isPlain} ${orMissing}`, [fileName])
}

/** The bytes of the file; nothing when it is not a plain one. */
export function openRecordingBytes(ssh: SshConnection, fileName: string): Promise<CommandChannel> {
  const script = `${enter} && ${isPlain} && exec head -c ${maxRecordingBytes} "./$2"`
  return ssh.openCommand(['sh', '-c', script, 'sh', recordingsDirectory, fileName])
}

async function runScript(ssh: SshConnection, script: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await ssh.run(['sh', '-c', script, 'sh', recordingsDirectory, ...args])
  if (exitCode !== 0) throw new RecordingFileFailure(`${stdout.toString('utf8')}\n${stderr.toString('utf8')}`)
  return stdout.toString('utf8')
}
