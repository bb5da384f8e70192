/**
 * The configuration: environment variables in, one frozen object out. The only reader of `process.env` besides the
 * scripts. Every wrong variable is reported at once; a secret's value is never part of a message.
 */
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { Email, ImageReference, Password } from '@craftastic/contract'
import { z } from 'zod'
import {
  commaListOf,
  CoolifyUrl,
  decimalNumber,
  DiskSize,
  EngineAddress,
  isGitHost,
  isOrigin,
  isProxyAddress,
  isWeakSecret,
  MemorySize,
  urlOf,
  wholeNumber,
} from './config-values.ts'
import { projectRoot } from './lib/project-paths.ts'

const hostNames = 'a host name or an IP address'
const isImage = (value: string) => ImageReference.safeParse(value).success

/** Every variable there is. `.env.example` names exactly these; a test compares them. */
export const Variables = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'], { error: 'production, development or test' })
    .default('production'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,253}$/, { error: hostNames })
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, 'a port number').default(3000),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
  CORS_ORIGIN: commaListOf(
    'origins such as https://app.example.org, without a path; "*" is not possible',
    isOrigin,
  ).default([]),
  TRUST_PROXY: commaListOf('IP addresses or ranges, or loopback, linklocal, uniquelocal', isProxyAddress).default([]),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: urlOf(
    ['postgres:', 'postgresql:'],
    'a URL such as postgres://user:password@host:5432/database',
  ).optional(),
  JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32 && !isWeakSecret(secret), {
      error: 'at least 32 random bytes and not a well-known value, such as the output of `openssl rand -base64 48`',
    })
    .optional(),
  ENCRYPTION_KEY: z
    .string()
    .refine((key) => /^[A-Za-z0-9+/]{43}=$/.test(key), {
      error: '32 bytes in base64, such as the output of `openssl rand -base64 32`',
    })
    .optional(),
  INSTANCE_ID: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, { error: 'up to 63 letters, digits, ".", "_" and "-"' })
    .optional(),
  BACKUP_PASSPHRASE: z
    .string()
    .refine((passphrase) => passphrase.length >= 12, { error: 'at least 12 characters' })
    .optional(),
  ADMIN_EMAIL: z.string().pipe(Email).optional(),
  ADMIN_PASSWORD: z.string().pipe(Password).optional(),
  DOCKER_HOST: EngineAddress.optional(),
  SSH_AUTH_SOCK: z.string().optional(),
  SANDBOX_IMAGE: z
    .string()
    .refine(isImage, { error: 'an image reference such as name:tag' })
    .default('craftastic/sandbox:latest'),
  SANDBOX_ALLOWED_IMAGES: commaListOf('image references', isImage).default([]),
  SANDBOX_MEMORY_LIMIT: MemorySize.default(512 * 1024 ** 2),
  SANDBOX_CPU_LIMIT: decimalNumber(0.05, 1024, 'a number of cores').default(0.5),
  GIT_ALLOWED_HOSTS: commaListOf('host names, or http://host:port or ssh://host:port', isGitHost).default([]),
  GITHUB_CLIENT_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{8,64}$/, { error: 'the client ID of an OAuth app, such as Ov23li0123456789abcd' })
    .optional(),
  GITHUB_URL: z
    .string()
    .refine(isOrigin, { error: 'an origin such as https://github.example.org, without a path' })
    .default('https://github.com'),
  DISK_FLOOR: DiskSize.default(5 * 1024 ** 3),
  DISK_PATH: z.string().refine(isAbsolute, { error: 'an absolute path' }).optional(),
  KEPT_WORK_MAX_SIZE: DiskSize.default(1024 ** 3),
  KEPT_WORK_MAX_PER_USER: DiskSize.default(5 * 1024 ** 3),
  CREATE_CONCURRENCY: wholeNumber(1, 64, 'a whole number').default(4),
  MAX_ENVIRONMENTS_PER_USER: wholeNumber(1, 10_000, 'a whole number').default(50),
  MAX_RUNNING_PER_USER: wholeNumber(1, 10_000, 'a whole number').default(10),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,255}$/, { error: 'at least 16 characters, such as the output of `openssl rand -hex 24`' })
    .optional(),
  COOLIFY_API_URL: CoolifyUrl.optional(),
  COOLIFY_API_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{8,500}$/, { error: 'a token as Coolify shows it once, such as 1|abcdef, without white space' })
    .optional(),
})

/** For the variables whose schema is the contract's, which words its messages for forms. */
const expectedOf: ReadonlyMap<string, string> = new Map([
  ['ADMIN_EMAIL', 'an e-mail address'],
  ['ADMIN_PASSWORD', 'a password of 12 to 128 characters'],
])

const secretVariables: ReadonlySet<string> = new Set([
  'JWT_SECRET',
  'ENCRYPTION_KEY',
  'BACKUP_PASSPHRASE',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
  'COOLIFY_API_TOKEN',
  'DATABASE_URL',
] satisfies (keyof typeof Variables.shape)[])

/** Pairs that are set together or not at all. */
const pairs = [
  ['ADMIN_EMAIL', 'ADMIN_PASSWORD'],
  ['COOLIFY_API_URL', 'COOLIFY_API_TOKEN'],
] as const

export type Config = Readonly<ReturnType<typeof shapeConfig>>

interface WrongVariable {
  name: string
  was: string
  expected: string
}

/** One readable message that lists every wrong variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly wrong: readonly WrongVariable[]

  constructor(wrong: readonly WrongVariable[]) {
    const title = wrong.length === 1 ? '1 variable is wrong:' : `${wrong.length} variables are wrong:`
    super([title, ...wrong.map(({ name, was, expected }) => `  ${name}: was ${was}; expected ${expected}`)].join('\n'))
    this.wrong = wrong
  }
}

/** The variables of the process, and those of the file `.env` at the project's root for what the process leaves unset. */
export function readEnvironment(file = join(projectRoot, '.env')): NodeJS.ProcessEnv {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  return { ...fromFile, ...dropEmpty(process.env) }
}

function dropEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
}

/**
 * Reads the configuration. A variable that is empty counts as unset.
 * @throws ConfigError naming every wrong variable.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = dropEmpty(env)
  const wrong: WrongVariable[] = []
  const parsed = Variables.safeParse(given)
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0])
    if (wrong.some((other) => other.name === name)) continue
    wrong.push({ name, was: describeValue(name, given[name]), expected: expectedOf.get(name) ?? issue.message })
  }
  for (const [one, other] of pairs) {
    for (const [set, unset] of [
      [one, other],
      [other, one],
    ] as const) {
      if (given[set] === undefined || given[unset] !== undefined) continue
      wrong.push({ name: unset, was: 'not set', expected: `a value, because ${set} is set` })
    }
  }
  if (!parsed.success || wrong.length > 0) throw new ConfigError(wrong)
  return Object.freeze(shapeConfig(parsed.data))
}

function shapeConfig(variables: z.infer<typeof Variables>) {
  const { ADMIN_EMAIL, ADMIN_PASSWORD, COOLIFY_API_URL, COOLIFY_API_TOKEN, SANDBOX_IMAGE } = variables
  return {
    nodeEnv: variables.NODE_ENV,
    host: variables.HOST,
    /** 0 = any free port. */
    port: variables.PORT,
    logLevel: variables.LOG_LEVEL,
    corsOrigins: variables.CORS_ORIGIN,
    /** Addresses whose `X-Forwarded-*` headers are believed. */
    trustProxy: variables.TRUST_PROXY,
    /** Absolute. */
    dataDir: isAbsolute(variables.DATA_DIR) ? variables.DATA_DIR : resolve(projectRoot, variables.DATA_DIR),
    /** null = the embedded PostgreSQL. */
    databaseUrl: variables.DATABASE_URL ?? null,
    /** null = made in the data directory; so are the next two. */
    jwtSecret: variables.JWT_SECRET ?? null,
    encryptionKey: variables.ENCRYPTION_KEY === undefined ? null : Buffer.from(variables.ENCRYPTION_KEY, 'base64'),
    instanceId: variables.INSTANCE_ID ?? null,
    /** Seals the keys in a backup. */
    backupPassphrase: variables.BACKUP_PASSPHRASE ?? null,
    admin:
      ADMIN_EMAIL === undefined || ADMIN_PASSWORD === undefined
        ? null
        : { email: ADMIN_EMAIL, password: ADMIN_PASSWORD },
    /** null = the engine's usual places are tried. */
    dockerHost: variables.DOCKER_HOST ?? null,
    /** Signs in to an engine over ssh. */
    sshAgentSocket: variables.SSH_AUTH_SOCK ?? null,
    sandbox: {
      image: SANDBOX_IMAGE,
      memoryBytes: variables.SANDBOX_MEMORY_LIMIT,
      /** Cores. */
      cpuLimit: variables.SANDBOX_CPU_LIMIT,
      /** What `image` of a create request may be; the default image is always among them. */
      allowedImages: [...new Set([SANDBOX_IMAGE, ...variables.SANDBOX_ALLOWED_IMAGES])],
    },
    /** Empty = every host with a public name, over https and SSH. */
    gitAllowedHosts: variables.GIT_ALLOWED_HOSTS,
    /** The GitHub whose device flow users may sign in with, and the id of its OAuth app; null = there is none. */
    github:
      variables.GITHUB_CLIENT_ID === undefined
        ? null
        : { clientId: variables.GITHUB_CLIENT_ID, url: variables.GITHUB_URL },
    /** Free bytes below which no environment is created. */
    diskFloorBytes: variables.DISK_FLOOR,
    /** A path on the engine's disk as this process sees it; null = the directory that the engine names. */
    diskPath: variables.DISK_PATH ?? null,
    keptWork: {
      /** Bytes of what is kept of one deleted environment. */
      maxBytes: variables.KEPT_WORK_MAX_SIZE,
      /** Bytes of all that is kept for one user. */
      maxBytesPerUser: variables.KEPT_WORK_MAX_PER_USER,
    },
    /** How many environments each server starts at the same time. */
    createConcurrency: variables.CREATE_CONCURRENCY,
    quotas: {
      maxEnvironmentsPerUser: variables.MAX_ENVIRONMENTS_PER_USER,
      maxRunningPerUser: variables.MAX_RUNNING_PER_USER,
    },
    /** null = metrics are for this machine only. */
    metricsToken: variables.METRICS_TOKEN ?? null,
    /** `url` is that of its API, with `/api/v1`; null = there is none to deploy with. */
    coolify:
      COOLIFY_API_URL === undefined || COOLIFY_API_TOKEN === undefined
        ? null
        : { url: COOLIFY_API_URL, token: COOLIFY_API_TOKEN },
  }
}

function describeValue(name: string, value: string | undefined): string {
  if (value === undefined) return 'not set'
  if (secretVariables.has(name)) return `set (${value.length} characters, not shown)`
  const shown = value.replace(/\/\/[^/\s]*@/, '//…@')
  return JSON.stringify(shown.length > 200 ? `${shown.slice(0, 200)}…` : shown)
}
