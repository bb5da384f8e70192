/** What the runtime tells of the engine and of its own calls. */
import { existsSync } from 'node:fs'
import { newInstanceId } from '@craftastic/testing/engine-environment'
import { expect, it, vi } from 'vitest'
import { createDiskFloor } from '../../src/lib/disk-floor.ts'
import { createDockerRuntime } from '../../src/services/docker.ts'
import { ImageMissing, RuntimeUnavailable } from '../../src/services/runtime.ts'
import { docker } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'

const dockerHost = process.env.DOCKER_HOST ?? null

function openRuntime(host = dockerHost) {
  const onCall = vi.fn()
  const runtime = createDockerRuntime({ dockerHost: host, sshAgentSocket: null, instanceId: newInstanceId(), onCall })
  return { runtime, onCall }
}

describeOnEngine('the runtime', () => {
  it('names the directory of the engine, and free space is read there when it is on this machine', async () => {
    const { runtime } = openRuntime()
    const directory = await docker('info', '--format', '{{.DockerRootDir}}')
    expect(await runtime.readDataDirectory()).toBe(directory)
    const freeBytes = await createDiskFloor({
      runtime,
      path: null,
      floorBytes: 0,
      log: { warn: () => {} },
    }).readFreeBytes()
    expect(freeBytes === null).toBe(!existsSync(directory))
  })

  it('tells of each call by its verb, how it ended and how long it took', async () => {
    const { runtime, onCall } = openRuntime()
    await runtime.ping()
    await runtime.findImage('craftastic/no-such-image:none')
    expect(onCall.mock.calls).toEqual([
      ['ping', 'ok', expect.any(Number)],
      ['findImage', 'ok', expect.any(Number)],
    ])
    const seconds = Number(onCall.mock.calls[0]?.[2])
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(30)
  })

  it('counts an image that is missing as an answer', async () => {
    const { runtime, onCall } = openRuntime()
    const plan = {
      environmentId: 'none',
      generation: 1,
      memoryBytes: 64 * 1024 ** 2,
      cpuLimit: 1,
      command: [],
      variables: {},
    }
    await expect(runtime.ensureContainer({ ...plan, image: 'craftastic/no-such-image:none' })).rejects.toThrow(
      ImageMissing,
    )
    expect(onCall).toHaveBeenCalledExactlyOnceWith('ensureContainer', 'ok', expect.any(Number))
  })
})

describeOnEngine('the runtime of an engine that is not there', () => {
  it('tells of calls that failed', async () => {
    const { runtime, onCall } = openRuntime('/nonexistent/docker.sock')
    await expect(runtime.readDataDirectory()).rejects.toThrow(RuntimeUnavailable)
    expect(onCall).toHaveBeenCalledExactlyOnceWith('readDataDirectory', 'failed', expect.any(Number))
  })

  it('knows no directory of an engine on another machine', async () => {
    const { runtime } = openRuntime('tcp://192.0.2.1:2375')
    expect(await runtime.readDataDirectory()).toBeNull()
  })
})
