import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SshConnection } from '../../src/services/ssh.ts'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openOwnReach, type OwnReach } from '../harness/own-reach.ts'

describeOnEngine('a command inside', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  let reach: OwnReach
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'home' })).id
    reach = openOwnReach(server())
  })
  afterAll(async () => {
    reach.close()
    await api.removeEnvironment(environmentId)
  })

  const inside = <T>(work: (ssh: SshConnection) => Promise<T>) => reach.inside(environmentId, work)
  const living = async (pattern: string) =>
    Number(await inContainer(environmentId, 'sh', '-c', `pgrep -fc '${pattern}' || true`))

  it('finds its input whole, whatever bytes it has, and then its end', async () => {
    const everything = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff))
    for (const input of [Buffer.from([0]), everything]) {
      const { stdout, exitCode } = await inside((ssh) => ssh.run(['cat'], { input }))
      expect(stdout.equals(input)).toBe(true)
      expect(exitCode).toBe(0)
    }
    const many = Buffer.alloc(6 * 1024 * 1024, 'x')
    const counted = await inside((ssh) => ssh.run(['wc', '-c'], { input: many }))
    expect(counted.stdout.toString().trim()).toBe(String(many.length))
    const failed = await inside((ssh) => ssh.run(['sh', '-c', 'cat >/dev/null; echo no >&2; exit 7'], { input: 'x' }))
    expect(failed).toMatchObject({ exitCode: 7, stderr: Buffer.from('no\n') })
  })

  it('takes more than its channel and the connection have room for, beside others that do the same', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const chunks = 160
    const fill = async (path: string) => {
      const channel = await inside((ssh) => ssh.openCommand(['sh', '-c', 'cat >"$1"', 'sh', path]))
      const closed = new Promise<void>((resolve) => channel.onClose(resolve))
      channel.output.resume()
      let goOn = () => {}
      channel.onDrain(() => goOn())
      for (let written = 0; written < chunks; written++) {
        if (channel.write(chunk)) continue
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
      }
      channel.end()
      await closed
      return inContainer(environmentId, 'stat', '-c', '%s', path)
    }
    const sizes = await Promise.all(['/tmp/one', '/tmp/two', '/tmp/three'].map(fill))
    expect(new Set(sizes)).toEqual(new Set([String(chunks * chunk.length)]))
  })

  it.each([undefined, 'some input'])('is ended at its deadline (input: %s)', async (input) => {
    const number = input === undefined ? 3_517 : 3_518
    const options = { deadlineMs: 1_000, ...(input === undefined ? {} : { input }) }
    const running = inside((ssh) => ssh.run(['sleep', String(number)], options))
    await expect.poll(() => living(`^sleep ${number}`)).toBe(1)
    await expect(running).rejects.toMatchObject({ code: 'environment_unreachable' })
    await expect.poll(() => living(`^sleep ${number}`)).toBe(0)
  })

  it('fails, ends or goes on where it says too much', async () => {
    const script = 'seq 100000; echo end >/tmp/ended; exit 3'
    const say = (onOverflow?: 'fail' | 'end' | 'drop') =>
      inside((ssh) => ssh.run(['sh', '-c', script], { maxOutputBytes: 1_000, ...(onOverflow ? { onOverflow } : {}) }))
    await expect(say()).rejects.toMatchObject({ code: 'environment_unreachable' })
    const ended = await say('end')
    expect(ended).toMatchObject({ overflowed: true, exitCode: null })
    expect(ended.stdout).toHaveLength(1_000)
    const dropped = await say('drop')
    expect(dropped).toMatchObject({ overflowed: true, exitCode: 3 })
    expect(dropped.stdout.toString()).toMatch(/^1\n2\n/)
    const enough = await inside((ssh) => ssh.run(['seq', '3'], { maxOutputBytes: 6 }))
    expect(enough).toMatchObject({ overflowed: false, exitCode: 0 })
  })
})
