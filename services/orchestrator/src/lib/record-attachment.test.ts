/** A tmux that asks for drawings and reads no request for one. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { RecordingFile } from '../services/recording-files.ts'
import type { CommandChannel } from '../services/ssh.ts'
import { recordAttachment } from './record-attachment.ts'

test('a recording ends that is asked for more drawings than anybody takes', async () => {
  const output = new PassThrough()
  let unsentBytes = 0
  const channel: CommandChannel = {
    output,
    write: (bytes) => (unsentBytes += bytes.length) === 0,
    isWritable: true,
    get unsentBytes() {
      return unsentBytes
    },
    onDrain: () => {},
    end: () => {},
    onClose: () => {},
    close: () => {},
  }
  const file: RecordingFile = {
    bytes: 0,
    write: () => true,
    onDrain: () => {},
    onLost: () => {},
    close: async () => {},
  }
  const recorded = recordAttachment(channel, {
    sessionName: 'session-1',
    title: 'one',
    fileName: 'one.cast',
    startedAt: new Date(),
    isNew: false,
    maxBytes: 1024 * 1024,
    openFile: async () => file,
    isWanted: async () => true,
    onStarted: () => {},
    stopped: new AbortController().signal,
    closed: new AbortController().signal,
  })
  output.write('%begin 1 1 1\nclaimed\n%end 1 1 1\n')
  for (let line = 0; line < 10_000; line++) output.write(`%pause %${line % 7}\n`)
  await expect(recorded).resolves.toBe('lost')
  expect(unsentBytes).toBeLessThan(100 * 1024)
})
