/** Reading recordings in tests, and playing them in a tmux of their own, beside the one they are of. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'
import { inContainer, nameOf } from './engine-cli.ts'

const Header = z.object({
  version: z.literal(2),
  width: z.int(),
  height: z.int(),
  timestamp: z.int(),
  title: z.string(),
})
const Event = z.tuple([z.number().nonnegative(), z.enum(['o', 'r', 'm']), z.string()])

export type Cast = { header: z.infer<typeof Header>; events: z.infer<typeof Event>[] }

/** Throws unless every line is what asciicast v2 says, and time never goes back. */
export function readCast(text: string): Cast {
  const [first = '', ...lines] = text.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  const events = lines.map((line) => Event.parse(JSON.parse(line)))
  const isInOrder = events.every(([time], index) => time >= (events[index - 1]?.[0] ?? 0))
  if (!isInOrder) throw new Error('time goes back')
  return { header: Header.parse(JSON.parse(first)), events }
}

export function sizeOf({ header, events }: Cast): { cols: number; rows: number } {
  const last = events
    .findLast(([, code]) => code === 'r')?.[2]
    .split('x')
    .map(Number)
  return { cols: last?.[0] ?? header.width, rows: last?.[1] ?? header.height }
}

export function wordsOf({ events }: Cast): string[] {
  return events.flatMap(([, code, data]) => (code === 'm' ? [data] : []))
}

/** The screen at the end of the recording, with colours, as another tmux draws it. */
export async function playInTmux(environmentId: string, cast: Cast): Promise<string> {
  const { cols, rows } = sizeOf(cast)
  const output = cast.events.flatMap(([, code, data]) => (code === 'o' ? [data] : [])).join('')
  const child = spawn('docker', [
    'exec',
    '-i',
    '--user',
    '1000:1000',
    nameOf(environmentId),
    'sh',
    '-c',
    'cat >/tmp/play',
  ])
  child.stdin.end(output)
  await once(child, 'close')
  const tmux = ['tmux', '-u', '-S', '/tmp/play.sock', '-f', '/run/craftastic/tmux.conf']
  const play = 'stty raw -echo; cat /tmp/play; : >/tmp/played; sleep 1000'
  await inContainer(environmentId, 'rm', '-f', '/tmp/played')
  await inContainer(environmentId, ...tmux, 'new-session', '-d', '-x', `${cols}`, '-y', `${rows}`, '-s', 'play', play)
  await inContainer(environmentId, 'sh', '-c', 'until [ -e /tmp/played ]; do sleep 0.05; done; sleep 0.3')
  const screen = await captureScreen(environmentId, '/tmp/play.sock', 'play')
  await inContainer(environmentId, ...tmux, 'kill-server')
  return screen
}

/** Rows with colours, then the place of the cursor, whether it is seen, and whose the screen is. */
export async function captureScreen(environmentId: string, socket: string, session: string): Promise<string> {
  const state =
    '#{pane_width}x#{pane_height} #{cursor_x},#{cursor_y} #{cursor_flag} #{alternate_on} #{scroll_region_upper}'
  const target = ['-t', `=${session}:`]
  const ask = ['capture-pane', '-p', '-e', ...target, ';', 'display-message', '-p', ...target, state]
  return inContainer(environmentId, 'tmux', '-u', '-S', socket, ...ask)
}
