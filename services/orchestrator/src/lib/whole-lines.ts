/** What a program prints, up to the end of its last whole line. */
import type { CommandChannel } from '../services/ssh.ts'

/** Far more than a line of a recording needs; a longer one is where it ends. */
const maxLineBytes = 4 * 1024 * 1024
const newline = 0x0a

export async function* wholeLines(channel: CommandChannel): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let restBytes = 0
  try {
    for await (const chunk of channel.output) {
      const bytes = Buffer.from(chunk)
      const end = bytes.lastIndexOf(newline) + 1
      if (end > 0) {
        yield Buffer.concat([...rest, bytes.subarray(0, end)])
        rest = []
        restBytes = 0
      }
      rest.push(bytes.subarray(end))
      restBytes += bytes.length - end
      if (restBytes > maxLineBytes) return
    }
  } finally {
    channel.close()
  }
}
