/** A tmux that tells more than anybody can take in. */
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { CommandChannel, SshConnection } from '../services/ssh.ts'
import { keepControlConnection } from './control-connection.ts'

function setUp() {
  const output = new PassThrough({ highWaterMark: 16 * 1024 })
  let onClose = () => {}
  const channel: CommandChannel = {
    output,
    write: () => true,
    isWritable: true,
    unsentBytes: 0,
    onDrain: () => {},
    end: () => {},
    onClose: (listener) => (onClose = listener),
    close: () => onClose(),
  }
  const unused = () => {
    throw new Error('not used')
  }
  const ssh: SshConnection = {
    run: unused,
    openTerminal: unused,
    openCommand: async () => channel,
    forwardIn: unused,
    forwardInSocket: unused,
    closed: false,
    onClose: unused,
    close: unused,
  }
  const seen: string[] = []
  let goOn = () => {}
  const control = keepControlConnection({
    environmentId: 'environment',
    reach: { inside: (_, work) => work(ssh) },
    log: pino({ level: 'silent' }),
    onSessions: (sessions) => {
      seen.push(sessions.map(({ title }) => title).join())
      return new Promise((resolve) => (goOn = resolve))
    },
  })
  const tell = (...titles: string[]) => {
    const lines = titles.map((title) => {
      const fields = ['session-1', '', '1763800000', '', '0', '', '0', 'bash', '/', title]
      return `%subscription-changed sessions $0 @0 0 %0 : ${fields.join('\t')}\x1e\n`
    })
    return output.write(lines.join(''))
  }
  return { output, control, seen, tell, goOn: () => goOn() }
}

test('reads nothing while a look is taken in, and then takes the latest of each piece alone', async () => {
  const { output, control, seen, tell, goOn } = setUp()
  await sleep(10)
  tell('a', 'b', 'first')
  await expect.poll(() => seen).toEqual(['first'])
  tell(...Array.from({ length: 1_000 }, (_, number) => `second ${number}`))
  expect(tell(...Array.from({ length: 1_000 }, (_, number) => `third ${number}`))).toBe(false)
  await sleep(400)
  expect(output.isPaused()).toBe(true)
  expect(seen).toEqual(['first'])

  goOn()
  await expect.poll(() => seen).toEqual(['first', 'second 999'])
  goOn()
  await expect.poll(() => seen).toEqual(['first', 'second 999', 'third 999'])
  goOn()
  await expect.poll(() => output.isPaused()).toBe(false)
  control.close()
})

test('takes a few looks in a second, however many are told', async () => {
  const { control, seen, tell, goOn } = setUp()
  await sleep(10)
  for (let told = 0; told < 100; told++) {
    tell(`title ${told}`)
    goOn()
    await sleep(10)
  }
  expect(seen.length).toBeGreaterThan(1)
  expect(seen.length).toBeLessThan(20)
  control.close()
})
