/**
 * The one frozen template every container and network is made from. Values come from a plan; nothing a user sends
 * reaches the engine in another way. Which attack each setting stops stands in docs/security.md.
 */
import { randomBytes } from 'node:crypto'
import type Docker from 'dockerode'
import { runDirectory } from './run-directory.ts'
import type { ContainerPlan } from './runtime.ts'

/** The unprivileged user every process of an environment runs as. */
export const containerUser = '1000:1000'

const tmpfsOwner = containerUser.split(':').join(',gid=')

/** Name of the container, the network and the volume of an environment. */
export function resourceName(environmentId: string): string {
  return `craftastic-${environmentId}`
}

type Ownership = { instanceId: string; environmentId: string; generation: number }

export const label = {
  instance: 'craftastic.instance',
  environment: 'craftastic.environment',
  generation: 'craftastic.generation',
  all: ({ instanceId, environmentId, generation }: Ownership): Record<string, string> => ({
    [label.instance]: instanceId,
    [label.environment]: environmentId,
    [label.generation]: String(generation),
  }),
}

/** Finds what belongs to this installation, or to one of its environments. */
export function ownFilter(instanceId: string, environmentId?: string): { label: string[] } {
  const ofEnvironment = environmentId === undefined ? label.environment : `${label.environment}=${environmentId}`
  return { label: [`${label.instance}=${instanceId}`, ofEnvironment] }
}

export function networkOptions(ownership: Ownership): Docker.NetworkCreateOptions {
  return {
    Name: resourceName(ownership.environmentId),
    Driver: 'bridge',
    EnableIPv6: false,
    Labels: label.all(ownership),
    Options: {
      // Interface names hold 15 bytes; host firewall rules match this prefix.
      // Another one each time: an engine that was killed while it made a network keeps the name for itself for ever.
      'com.docker.network.bridge.name': `craft-${randomBytes(4).toString('hex')}`,
      'com.docker.network.bridge.enable_icc': 'false',
    },
  }
}

/** @param isFilled Whether an empty volume gets what the image has at its place. */
export function volumeOptions(
  labels: Record<string, string>,
  isFilled: boolean,
): Docker.MountSettings['VolumeOptions'] {
  return { NoCopy: !isFilled, Labels: labels, DriverConfig: { Name: 'local', Options: {} } }
}

export function containerOptions(instanceId: string, plan: ContainerPlan): Docker.ContainerCreateOptions {
  const name = resourceName(plan.environmentId)
  const labels = label.all({ instanceId, environmentId: plan.environmentId, generation: plan.generation })
  return {
    name,
    Image: plan.image,
    Hostname: plan.environmentId.slice(0, 8),
    User: containerUser,
    WorkingDir: '/',
    Tty: false,
    OpenStdin: false,
    Entrypoint: [],
    Cmd: plan.command,
    Env: Object.entries(plan.variables).map(([variable, value]) => `${variable}=${value}`),
    Labels: labels,
    Healthcheck: { Test: ['NONE'] },
    StopTimeout: 10,
    HostConfig: {
      Init: true,
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: [],
      SecurityOpt: ['no-new-privileges:true'],
      PidsLimit: 1024,
      Memory: plan.memoryBytes,
      MemorySwap: plan.memoryBytes,
      NanoCpus: Math.round(plan.cpuLimit * 1e9),
      CpuShares: 512,
      OomScoreAdj: 500,
      ShmSize: 256 * 1024 * 1024,
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      // Programs inside can write to the log through /proc/1/fd/1: it must be bounded.
      LogConfig: { Type: 'local', Config: { 'max-size': '10m', 'max-file': '3' } },
      RestartPolicy: { Name: 'no' },
      IpcMode: 'private',
      PidMode: '',
      UsernsMode: '',
      // The engine makes a volume that is missing; it must not lack our labels then.
      Mounts: [{ Type: 'volume', Source: name, Target: '/workspace', VolumeOptions: volumeOptions(labels, true) }],
      Tmpfs: {
        // A tmpfs counts against the memory limit, and is mounted noexec unless told otherwise.
        '/tmp': `rw,nosuid,nodev,exec,mode=1777,size=${Math.floor(plan.memoryBytes / 2)}`,
        [runDirectory]: `rw,nosuid,nodev,noexec,mode=0700,size=16m,uid=${tmpfsOwner}`,
      },
      Binds: [],
      Devices: [],
      PortBindings: {},
      PublishAllPorts: false,
      NetworkMode: name,
    },
  }
}
