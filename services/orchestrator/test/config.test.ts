import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConfigError, readConfig, readEnvironment, Variables } from '../src/config.ts'
import { projectRoot } from '../src/lib/project-paths.ts'

function refuse(env: NodeJS.ProcessEnv): ConfigError {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error(`${JSON.stringify(env)} was accepted`)
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      nodeEnv: 'production',
      host: '127.0.0.1',
      port: 3000,
      dataDir: join(projectRoot, 'data'),
      databaseUrl: null,
      admin: null,
      sandbox: { image: 'craftastic/sandbox:latest', memoryBytes: 512 * 1024 ** 2, cpuLimit: 0.5 },
      diskFloorBytes: 5 * 1024 ** 3,
      diskPath: null,
      metricsToken: null,
      trustProxy: [],
      corsOrigins: [],
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('takes every variable', () => {
    const key = Buffer.alloc(32, 7)
    const config = readConfig({
      NODE_ENV: 'development',
      HOST: '::1',
      PORT: '0',
      LOG_LEVEL: 'debug',
      CORS_ORIGIN: 'https://a.example.org, http://b.example.org:8080',
      TRUST_PROXY: '10.0.0.0/8, ::1, loopback',
      DATA_DIR: '/srv/craftastic',
      DATABASE_URL: 'postgres://user:secret@db/craftastic',
      JWT_SECRET: '3q2+7wAAAAbcdefghijklmnopqrstuvwxyz0123',
      ENCRYPTION_KEY: key.toString('base64'),
      INSTANCE_ID: 'test-1',
      ADMIN_EMAIL: 'Root@Example.org',
      ADMIN_PASSWORD: 'long enough it is',
      DOCKER_HOST: 'ssh://me@host',
      SANDBOX_IMAGE: 'debian:13',
      SANDBOX_ALLOWED_IMAGES: 'node:24, debian:13',
      SANDBOX_MEMORY_LIMIT: '2g',
      SANDBOX_CPU_LIMIT: '1.5',
      GIT_ALLOWED_HOSTS: 'github.com, http://git.lan:3000, ssh://git.lan:2222',
      GITHUB_CLIENT_ID: 'Ov23li0123456789abcd',
      GITHUB_URL: 'https://github.example.org',
      DISK_FLOOR: '800m',
      DISK_PATH: '/var/lib/docker',
      CREATE_CONCURRENCY: '8',
      MAX_ENVIRONMENTS_PER_USER: '7',
      MAX_RUNNING_PER_USER: '3',
      METRICS_TOKEN: '3q2-7wAAAAbcdefghijk',
      COOLIFY_API_URL: 'https://coolify.example.org',
      COOLIFY_API_TOKEN: '1|abcdefgh',
    })
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      corsOrigins: ['https://a.example.org', 'http://b.example.org:8080'],
      trustProxy: ['10.0.0.0/8', '::1', 'loopback'],
      dataDir: '/srv/craftastic',
      encryptionKey: key,
      admin: { email: 'root@example.org', password: 'long enough it is' },
      sandbox: {
        image: 'debian:13',
        memoryBytes: 2 * 1024 ** 3,
        cpuLimit: 1.5,
        allowedImages: ['debian:13', 'node:24'],
      },
      gitAllowedHosts: ['github.com', 'http://git.lan:3000', 'ssh://git.lan:2222'],
      github: { clientId: 'Ov23li0123456789abcd', url: 'https://github.example.org' },
      diskFloorBytes: 800 * 1024 ** 2,
      diskPath: '/var/lib/docker',
      createConcurrency: 8,
      quotas: { maxEnvironmentsPerUser: 7, maxRunningPerUser: 3 },
      metricsToken: '3q2-7wAAAAbcdefghijk',
      coolify: { url: 'https://coolify.example.org/api/v1', token: '1|abcdefgh' },
    })
  })

  it('takes 0 as no floor', () => {
    expect(readConfig({ DISK_FLOOR: '0' }).diskFloorBytes).toBe(0)
  })

  it.each([
    ['https://coolify.example.org', 'https://coolify.example.org/api/v1'],
    ['https://coolify.example.org/', 'https://coolify.example.org/api/v1'],
    ['https://coolify.example.org:8443/api/v1/', 'https://coolify.example.org:8443/api/v1'],
    ['http://192.168.1.5:8000/api/v1', 'http://192.168.1.5:8000/api/v1'],
    ['http://coolify:8000', 'http://coolify:8000/api/v1'],
    ['http://deploy.home.arpa', 'http://deploy.home.arpa/api/v1'],
    ['http://[::1]:8000', 'http://[::1]:8000/api/v1'],
  ])('takes %s as the Coolify at %s', (given, url) => {
    const config = readConfig({ COOLIFY_API_URL: given, COOLIFY_API_TOKEN: '1|abcdefgh' })
    expect(config.coolify).toEqual({ url, token: '1|abcdefgh' })
  })

  it.each([
    'http://coolify.example.org',
    'http://203.0.113.7:8000',
    'http://10.0.0.1.example.org',
    'ftp://coolify',
    'https://coolify.example.org/api/v2',
    'https://coolify.example.org/?token=hunter22',
    'https://admin:hunter22@coolify.example.org',
  ])('refuses %s as a Coolify', (given) => {
    const error = refuse({ COOLIFY_API_URL: given, COOLIFY_API_TOKEN: '1|abcdefgh' })
    expect(error.wrong.map(({ name }) => name)).toEqual(['COOLIFY_API_URL'])
    expect(error.message).not.toContain(':hunter22')
  })

  it('counts an empty variable as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', JWT_SECRET: '', ADMIN_EMAIL: '' })).toMatchObject({ port: 3000 })
  })

  it('lists every wrong variable once: what it was, what is expected, no secret', () => {
    const error = refuse({
      PORT: 'http',
      LOG_LEVEL: 'loud',
      JWT_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      ADMIN_PASSWORD: 'hunter2',
      COOLIFY_API_URL: 'https://coolify.example.org',
    })
    expect(error.wrong.map(({ name }) => name).sort()).toEqual([
      'ADMIN_EMAIL',
      'ADMIN_PASSWORD',
      'COOLIFY_API_TOKEN',
      'DATABASE_URL',
      'JWT_SECRET',
      'LOG_LEVEL',
      'PORT',
    ])
    expect(error.message).toContain('7 variables are wrong')
    expect(error.message).toContain('PORT: was "http"; expected a port number from 0 to 65535')
    expect(error.message).toContain('ADMIN_EMAIL: was not set; expected a value, because ADMIN_PASSWORD is set')
    expect(error.message).not.toContain('hunter2')
    expect(error.message.split('\n')).toHaveLength(8)
  })

  it.each([
    { PORT: '65536' },
    { PORT: '-1' },
    { PORT: '3000.5' },
    { HOST: 'a b' },
    { NODE_ENV: 'staging' },
    { CORS_ORIGIN: '*' },
    { CORS_ORIGIN: 'https://a.example.org/path' },
    { TRUST_PROXY: 'true' },
    { TRUST_PROXY: '10.0.0.0/40' },
    { ENCRYPTION_KEY: 'c2hvcnQ=' },
    { INSTANCE_ID: 'a b' },
    { DOCKER_HOST: 'docker.sock' },
    { DOCKER_HOST: 'http://host' },
    { SANDBOX_IMAGE: '-rf' },
    { SANDBOX_MEMORY_LIMIT: '1m' },
    { SANDBOX_MEMORY_LIMIT: 'lots' },
    { SANDBOX_CPU_LIMIT: '0' },
    { SANDBOX_CPU_LIMIT: '-1' },
    { GIT_ALLOWED_HOSTS: 'git host' },
    { GIT_ALLOWED_HOSTS: 'ftp://git.lan' },
    { GIT_ALLOWED_HOSTS: 'http://git.lan/path' },
    { GIT_ALLOWED_HOSTS: 'ssh://git@git.lan' },
    { GIT_ALLOWED_HOSTS: 'ssh://git.lan/path' },
    { CREATE_CONCURRENCY: '0' },
    { DISK_FLOOR: '-1' },
    { DISK_PATH: 'data' },
    { DISK_FLOOR: '5 g' },
    { METRICS_TOKEN: 'short' },
    { METRICS_TOKEN: 'with white space in it' },
  ])('refuses %o and nothing else', (env) => {
    expect(refuse(env).wrong.map(({ name }) => name)).toEqual(Object.keys(env))
  })

  it.each([
    'too-short',
    'your-super-secret-jwt-key-change-in-production',
    'change-me-change-me-change-me-change-me',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'default-default-default-default-default',
  ])('refuses the JWT secret %s', (secret) => {
    expect(refuse({ JWT_SECRET: secret }).wrong).toHaveLength(1)
  })

  it.each(['/var/run/docker.sock', 'unix:///run/docker.sock', 'tcp://10.0.0.1:2375', 'ssh://me@host:2222'])(
    'takes %s as an engine',
    (dockerHost) => {
      expect(readConfig({ DOCKER_HOST: dockerHost }).dockerHost).toBe(dockerHost)
    },
  )
})

describe('.env.example', () => {
  const path = join(projectRoot, '.env.example')
  const text = readFileSync(path, 'utf8')

  it('names exactly the variables there are, each with a comment above it', () => {
    const lines = text.split('\n')
    const named = lines.flatMap((line, index) => {
      const name = /^#?([A-Z][A-Z_]*)=/.exec(line)?.[1]
      if (name === undefined) return []
      expect(lines[index - 1], name).toMatch(/^# \S/)
      return [name]
    })
    expect([...named].sort()).toEqual(Object.keys(Variables.shape).sort())
  })

  it('is a valid configuration as it stands, and with every example filled in', () => {
    readConfig(parseEnv(text))
    const filled = parseEnv(text.replaceAll(/^#([A-Z][A-Z_]*=)/gm, '$1'))
    expect(Object.keys(filled).length).toBeGreaterThan(15)
    readConfig(filled)
  })
})

describe('.env', () => {
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-env-'))
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(directory, { recursive: true, force: true })
  })

  it('fills in what the process leaves unset or empty, and yields to the rest', () => {
    const file = join(directory, '.env')
    writeFileSync(file, 'PORT=4000\nHOST=0.0.0.0\nLOG_LEVEL="debug"\n# a comment\n')
    vi.stubEnv('PORT', '5000')
    vi.stubEnv('HOST', '')
    vi.stubEnv('LOG_LEVEL', undefined)
    const env = readEnvironment(file)
    expect(env).toMatchObject({ PORT: '5000', HOST: '0.0.0.0', LOG_LEVEL: 'debug' })
    expect(readEnvironment(join(directory, 'absent')).PORT).toBe('5000')
  })
})
