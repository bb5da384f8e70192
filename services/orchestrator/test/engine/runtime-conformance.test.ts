/** What every container runtime must do. Run against Docker; another implementation joins by a second call. */
import { randomUUID } from 'node:crypto'
import { newInstanceId } from '@craftastic/testing/engine-environment'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { createDockerRuntime } from '../../src/services/docker.ts'
import { ImageMissing, type ContainerPlan, type ContainerRuntime } from '../../src/services/runtime.ts'
import { docker, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'

const image = process.env.SANDBOX_IMAGE ?? 'craftastic/sandbox:latest'
const dockerHost = process.env.DOCKER_HOST ?? null

conformanceSuite('Docker', (instanceId) => createDockerRuntime({ dockerHost, sshAgentSocket: null, instanceId }))

function conformanceSuite(name: string, create: (instanceId: string) => ContainerRuntime): void {
  describeOnEngine(`the runtime on ${name}`, () => {
    const runtime = create(newInstanceId())
    const id = randomUUID()
    const plan: ContainerPlan = {
      environmentId: id,
      generation: 3,
      image,
      memoryBytes: 256 * 1024 ** 2,
      cpuLimit: 0.5,
      command: ['sh', '-c', 'echo "$GREETING"; echo second; sleep 1000'],
      variables: { GREETING: 'hello there' },
    }
    const removeAll = async () => {
      await runtime.removeContainer(id)
      await runtime.removeNetwork(id)
      await runtime.removeVolume(id)
    }
    afterAll(removeAll)

    it('answers a ping and knows its images', async () => {
      await runtime.ping()
      const details = await runtime.findImage(image)
      expect(details?.variables.some((variable) => variable.startsWith('PATH='))).toBe(true)
      expect(await runtime.findImage('craftastic/no-such-image:none')).toBeNull()
    })

    it('makes network, volume and container, each once however often it is asked', async () => {
      await Promise.all([runtime.ensureVolume(id, 3), runtime.ensureVolume(id, 3)])
      await runtime.ensureNetwork(id, 3)
      await runtime.ensureNetwork(id, 3)
      const [first, second] = [await runtime.ensureContainer(plan), await runtime.ensureContainer(plan)]
      expect(first).toBe(second)
      const kinds = (await runtime.listResources()).map(({ kind, environmentId }) => `${kind} ${environmentId}`)
      expect(kinds.sort()).toEqual([`container ${id}`, `network ${id}`, `volume ${id}`])
    })

    it('has not started the container yet', async () => {
      expect(await runtime.findContainer(id)).toMatchObject({ running: false, exitCode: null, address: null })
    })

    it('starts it, and starting again changes nothing', async () => {
      await runtime.startContainer(id)
      await runtime.startContainer(id)
      const state = await runtime.findContainer(id)
      expect(state).toMatchObject({ running: true, exitCode: null })
      expect(state?.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    })

    it('reads the first output and no more than it needs', async () => {
      await expect.poll(() => runtime.readFirstOutput(id, 0, 4096)).toMatch(/^hello there\n/)
    })

    it('joins a program with a stream, in both directions', async () => {
      const stream = await runtime.openProgramStream(id, ['sh', '-c', 'id -u; cat'])
      let output = ''
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
      stream.write('echoed\n')
      await expect.poll(() => output).toBe('1000\nechoed\n')
      stream.destroy()
    })

    it('reads usage', async () => {
      const usage = await runtime.readUsage(id)
      expect(usage.memoryLimitBytes).toBe(plan.memoryBytes)
      expect(usage.memoryBytes).toBeGreaterThan(0)
      expect(usage.pids).toBeGreaterThanOrEqual(2)
      expect(usage.cpuPercent).toBeGreaterThanOrEqual(0)
    })

    it('reports the exit code of a container that ended', async () => {
      await docker('kill', nameOf(id))
      await expect.poll(() => runtime.findContainer(id)).toMatchObject({ running: false, exitCode: 137, address: null })
    })

    it('removes everything, and removing again changes nothing', async () => {
      await removeAll()
      await removeAll()
      expect(await runtime.listResources()).toEqual([])
      expect(await runtime.findContainer(id)).toBeNull()
    })

    it('names an image that is not there', async () => {
      const missing = { ...plan, image: 'craftastic/no-such-image:none' }
      await expect(runtime.ensureContainer(missing)).rejects.toThrow(ImageMissing)
    })
  })
}

const Hardened = z.tuple([
  z.object({
    Config: z.object({ User: z.literal('1000:1000') }),
    HostConfig: z.object({
      Privileged: z.literal(false),
      CapAdd: z.array(z.never()).nullable(),
      CapDrop: z.tuple([z.literal('ALL')]),
      SecurityOpt: z.tuple([z.literal('no-new-privileges:true')]),
      Init: z.literal(true),
      PidsLimit: z.literal(1024),
      Memory: z.literal(268435456),
      MemorySwap: z.literal(268435456),
      NanoCpus: z.literal(500000000),
      Binds: z.array(z.never()).nullable(),
      PortBindings: z.object({}).strict(),
      PublishAllPorts: z.literal(false),
      RestartPolicy: z.object({ Name: z.literal('no') }),
      LogConfig: z.object({ Type: z.literal('local') }),
      IpcMode: z.literal('private'),
      PidMode: z.literal(''),
    }),
    Mounts: z.tuple([z.object({ Type: z.literal('volume'), Destination: z.literal('/workspace') })]),
  }),
])

describeOnEngine('the container template', () => {
  const runtime = createDockerRuntime({ dockerHost, sshAgentSocket: null, instanceId: newInstanceId() })
  const id = randomUUID()
  afterAll(async () => {
    await runtime.removeContainer(id)
    await runtime.removeNetwork(id)
    await runtime.removeVolume(id)
  })

  it('is hardened on the engine, not only in the request', async () => {
    await runtime.ensureNetwork(id, 1)
    await runtime.ensureVolume(id, 1)
    const command = [
      'sh',
      '-c',
      'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -s "\\t" " " | tr "\\n" ";"; echo; sleep 100',
    ]
    await runtime.ensureContainer({
      environmentId: id,
      generation: 1,
      image,
      memoryBytes: 256 * 1024 ** 2,
      cpuLimit: 0.5,
      command,
      variables: {},
    })
    await runtime.startContainer(id)
    const inspected: unknown = JSON.parse(await docker('inspect', nameOf(id)))
    expect(Hardened.safeParse(inspected).error?.issues).toBeUndefined()
    await expect
      .poll(() => runtime.readFirstOutput(id, 0, 4096))
      .toBe('CapEff: 0000000000000000;CapBnd: 0000000000000000;NoNewPrivs: 1;Seccomp: 2;\n')
  })
})
